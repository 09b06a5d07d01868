import { dirname } from 'node:path';
import type { Drivers } from '../contracts/drivers.ts';
import type { HostFacts } from '../contracts/host-facts.ts';
import type { ContainerRecord, PodRecord, SandboxRecord } from '../contracts/records.ts';
import type { PreparedVolume, Sources } from '../contracts/volumes.ts';
import type { Pod } from '../kube/wire.ts';
import { infraSpec } from '../plan/container-spec.ts';
import { podHostname } from '../plan/hostname.ts';
import { podLimits } from '../plan/resources.ts';
import type { Hold } from './hold.ts';
import { nameFiles } from './name-files.ts';
import { starving } from './starving.ts';
import { aboutContainer, tell } from './tell.ts';

/** Default size of a pod's /dev/shm, as container engines have it. */
const SHM_BYTES = 64 * 1024 * 1024;

/** A pod's sandbox as its containers need to know it. */
export interface Sandbox {
  readonly record: SandboxRecord;
  readonly hostname: string;
  readonly infraPid: number;
  readonly podIPs: readonly string[];
  readonly volumes: ReadonlyMap<string, PreparedVolume>;
}

interface RaiseRequest {
  readonly record: PodRecord;
  readonly pod: Pod;
  readonly sources: Sources;
  readonly facts: HostFacts;
  readonly warn: (message: string) => void;
}

/**
 * Sets up everything that a pod's containers share: cgroup, network namespace, addresses and published ports,
 * volumes, /dev/shm, name files, and the infra container that owns the namespaces. What can go side by side does.
 */
export async function raiseSandbox(drivers: Drivers, hold: Hold, request: RaiseRequest): Promise<Sandbox> {
  const { pod, record } = request;
  const sandbox = await recordSandbox(drivers, hold, request);
  using ports = await drivers.network.holdPorts(sandbox.ports);
  const hostname = podHostname(pod, request.facts.hostname);
  if (sandbox.netns !== undefined) {
    await hold.proceed('sandbox.netns');
    await drivers.namespaces.shareFolder(dirname(sandbox.netns));
    await drivers.namespaces.pinNetwork(sandbox.netns);
  }
  const [infraPid, attachments, volumes] = await settleAll([
    startInfra(drivers, hold, { ...request, sandbox, hostname, heldDescriptors: ports.descriptors }),
    attach(drivers, hold, { record, sandbox }),
    prepareVolumes(drivers, hold, request),
  ]);
  const podIPs = sandbox.hostNetwork
    ? [request.facts.hostIP]
    : attachments.flatMap(({ addresses }) => addresses.map((address) => address.replace(/\/\d+$/, '')));
  await hold.proceed('sandbox.files');
  const host = await drivers.sandboxes.hostFiles();
  const { warnings, ...files } = nameFiles({ pod, hostname, podIPs, host });
  for (const warning of warnings) request.warn(warning);
  await drivers.sandboxes.writeFiles(record.id, files);
  const raised: SandboxRecord = { ...sandbox, attachments, raised: true };
  await drivers.store.records.updatePod(record.id, (current) => ({ ...current, sandbox: raised }));
  return { record: raised, hostname, infraPid, podIPs, volumes };
}

async function recordSandbox(
  drivers: Drivers,
  hold: Hold,
  { record, pod }: RaiseRequest,
): Promise<SandboxRecord> {
  const hostNetwork = pod.spec.hostNetwork === true;
  const sandbox: SandboxRecord = {
    boot: await drivers.store.records.bootIdentity(),
    cgroup: drivers.cgroups.forPod(record.uid),
    attachments: [],
    ports: hostNetwork ? [] : record.publish,
    hostNetwork,
    ...(hostNetwork ? {} : { netns: drivers.sandboxes.paths(record.id).netns }),
  };
  await hold.proceed('sandbox.record');
  await drivers.store.records.updatePod(record.id, (current) => ({ ...current, sandbox }));
  return sandbox;
}

interface AttachRequest {
  readonly record: PodRecord;
  readonly sandbox: SandboxRecord;
}

async function attach(drivers: Drivers, hold: Hold, { record, sandbox }: AttachRequest) {
  if (sandbox.netns === undefined || record.networks.includes('none')) return [];
  await hold.proceed('sandbox.network');
  return drivers.network.attach({
    podId: record.id,
    namespace: record.namespace,
    podName: record.name,
    netns: sandbox.netns,
    networks: record.networks,
    ports: sandbox.ports,
  });
}

async function prepareVolumes(drivers: Drivers, hold: Hold, { record, pod, sources }: RaiseRequest) {
  await hold.proceed('sandbox.volumes');
  return drivers.volumes.prepare({
    podId: record.id,
    namespace: record.namespace,
    podName: record.name,
    volumes: pod.spec.volumes ?? [],
    sources,
    ...(record.baseFolder === undefined ? {} : { baseFolder: record.baseFolder }),
  });
}

interface InfraRequest extends RaiseRequest {
  readonly sandbox: SandboxRecord;
  readonly hostname: string;
  /** Sockets that hold the host ports: the infra container's monitor keeps them as long as the pod lasts. */
  readonly heldDescriptors: readonly number[];
}

async function startInfra(drivers: Drivers, hold: Hold, request: InfraRequest): Promise<number> {
  try {
    return await makeInfra(drivers, hold, request);
  } catch (error) {
    const { memoryLimit: limit } = podLimits(request.pod, request.facts);
    throw starving(error, { subject: `pod ${request.record.name}`, limit });
  }
}

async function makeInfra(drivers: Drivers, hold: Hold, request: InfraRequest): Promise<number> {
  const { record, pod, facts, sandbox, hostname } = request;
  const { records } = drivers.store;
  const infra = record.containers.find(({ role }) => role === 'infra');
  const container = infra && (await records.container(infra.id));
  if (container === undefined) throw new Error(`pod ${record.id} has no record of its infra container`);
  await hold.proceed('sandbox.cgroup');
  await drivers.cgroups.create(sandbox.cgroup, podLimits(pod, facts));
  await hold.proceed('sandbox.folder');
  await drivers.sandboxes.prepare(record.id, { shmBytes: SHM_BYTES });
  const { rootfs, pause } = await drivers.sandboxes.infra();
  const { spec } = infraSpec({
    pod,
    facts,
    hostname,
    rootfs,
    pause,
    cgroupsPath: drivers.cgroups.containerPath(sandbox.cgroup, container.id),
    ...(sandbox.netns === undefined ? {} : { network: sandbox.netns }),
  });
  await drivers.sandboxes.writeBundle(container.id, JSON.stringify(spec));
  await hold.proceed('infra.create');
  const created = await createRuntimeContainer(drivers, container, {
    sandbox,
    heldDescriptors: request.heldDescriptors,
  });
  await hold.proceed('infra.start');
  await startRuntimeContainer(drivers, created);
  return created.pid ?? 0;
}

interface Placement {
  readonly sandbox: SandboxRecord;
  readonly heldDescriptors?: readonly number[];
}

/**
 * Creates a container whose bundle is written. Returns its record with the processes in it; it is written when the
 * container starts, since until then its id is all that undoing takes.
 */
export async function createRuntimeContainer(
  { store, runtime, cgroups, processes, sandboxes }: Drivers,
  container: ContainerRecord,
  { sandbox, heldDescriptors }: Placement,
): Promise<ContainerRecord> {
  const { pid, conmonPid } = await runtime.create({
    id: container.id,
    name: titleOf(container),
    program: container.command[0],
    bundle: container.bundle,
    logPath: container.logPath,
    terminal: container.terminal,
    stdin: container.stdin,
    monitorCgroup: cgroups.monitorPath(sandbox.cgroup),
    systemdCgroup: sandbox.cgroup.manager === 'systemd',
    ...(container.role === 'infra' ? {} : { exitCommand: await sandboxes.exitCommand(container) }),
    ...(heldDescriptors === undefined ? {} : { heldDescriptors }),
  });
  const created: ContainerRecord = {
    ...forgetRun(container),
    phase: 'created',
    pid,
    conmonPid,
    pidStart: processes.startTime(pid),
    conmonStart: processes.startTime(conmonPid),
    boot: sandbox.boot,
  };
  await tell({ store }, aboutContainer(created), {
    reason: 'Created',
    message: `Created container ${created.name}`,
  });
  return created;
}

/** Starts a created container and records its processes and the moment. */
export async function startRuntimeContainer(
  { store, runtime, clock }: Drivers,
  created: ContainerRecord,
): Promise<void> {
  const startedAt = clock.now().toISOString();
  // Recorded first: a process that started without a record would be taken for one that never did.
  await store.records.writeContainer({ ...created, phase: 'running', startedAt });
  try {
    await runtime.start(created.id, titleOf(created));
  } catch (error) {
    const failed = {
      phase: 'exited',
      startedAt,
      finishedAt: startedAt,
      exitCode: 128,
      reason: 'StartError',
    } as const;
    await store.records.writeContainer({ ...created, ...failed });
    throw error;
  }
  await tell({ store }, aboutContainer(created), {
    reason: 'Started',
    message: `Started container ${created.name}`,
  });
}

/** An infra container's own name says nothing to a person. */
function titleOf({ role, podName, fullName }: ContainerRecord): string {
  return role === 'infra' ? `${podName}-infra` : fullName;
}

/** The record of a container without what its last run left in it. */
function forgetRun(container: ContainerRecord): ContainerRecord {
  const { startedAt, finishedAt, exitCode, oomKilled, reason, message, ...lasting } = container;
  return lasting;
}

/**
 * Kills all that a pod has running, with the cgroups that it is in. A runtime that a dead command left behind in the
 * middle of creating a container is among it, so that afterwards nothing of the pod is made any more.
 */
export async function quell(drivers: Drivers, { sandbox }: PodRecord): Promise<void> {
  if (sandbox === undefined) return;
  drivers.step('sandbox.uncgroup');
  await drivers.cgroups.remove(sandbox.cgroup);
}

/** Undoes the rest of raiseSandbox, whatever of it was done and by whom. Lasting volumes and records of containers stay. */
export async function lowerSandbox(drivers: Drivers, record: PodRecord): Promise<void> {
  const { sandbox } = record;
  if (sandbox === undefined) return;
  const infra = record.containers.find(({ role }) => role === 'infra');
  if (infra !== undefined) {
    drivers.step('infra.delete');
    await drivers.runtime.delete(infra.id);
    await drivers.sandboxes.removeBundle(infra.id);
  }
  drivers.step('sandbox.detach');
  await drivers.network.detach(record.id);
  drivers.step('sandbox.unpin');
  if (sandbox.netns !== undefined) await drivers.namespaces.unpin(sandbox.netns);
  drivers.step('sandbox.clear');
  await drivers.sandboxes.remove(record.id);
  await drivers.store.records.updatePod(record.id, ({ sandbox: _gone, ...rest }) => rest);
}

type Results<T extends readonly Promise<unknown>[]> = { -readonly [K in keyof T]: Awaited<T[K]> };

/**
 * Waits for all, then throws the first failure: what still runs after a failure would go on making things
 * while they are being undone.
 */
async function settleAll<const T extends readonly Promise<unknown>[]>(tasks: T): Promise<Results<T>> {
  const settled = await Promise.allSettled(tasks);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as Results<T>;
}
