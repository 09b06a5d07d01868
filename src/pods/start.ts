import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { ContainerRecord } from '../contracts/records.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { withDefaults } from '../kube/defaults.ts';
import type { Container, Pod } from '../kube/wire.ts';
import { podHostname } from '../plan/hostname.ts';
import { displayName } from '../values/namespace.ts';
import { createMember, type Member, type PodContext, startMember } from './container.ts';
import type { Hold } from './hold.ts';
import { observePod, reasonOf } from './observe.ts';
import { lowerSandbox, quell, raiseSandbox, type Sandbox } from './sandbox.ts';
import { readSources } from './sources.ts';
import { podIPs } from './status.ts';

/** How many of the last log lines an error about a failed init container carries. */
const LOG_TAIL = 10;

export interface StartOptions {
  readonly warn: (message: string) => void;
}

/**
 * Brings a pod up under a hold: sandbox if it does not stand, init containers in order when the sandbox is new,
 * then every container that does not run, created side by side and started in the manifest's order.
 * Throws LifecycleError INIT_FAILED, START_FAILED or INTERRUPTED, or what the drivers throw. What was begun stays
 * recorded, so that removing the pod undoes it.
 */
export async function startPod(drivers: Drivers, hold: Hold, options: StartOptions): Promise<void> {
  const observed = await observePod(drivers, hold.podId);
  if (observed?.pod === undefined) throw gone(hold.podId);
  const pod = withDefaults(observed.pod);
  const { record } = observed;
  const [sources, facts] = await Promise.all([
    readSources(drivers.store.objects, pod, record.namespace),
    drivers.facts(),
  ]);
  const fresh = !observed.sandboxUp || !isInitialized(observed);
  if (fresh) await clearRuns(drivers, observed);
  const sandbox = fresh
    ? await raiseSandbox(drivers, hold, { record, pod, sources, facts, warn: options.warn })
    : await standingSandbox(drivers, observed, pod, sources);
  const context: PodContext = { pod, sandbox, sources, facts, warn: once(options.warn) };
  const members = membersOf(pod, observed);
  if (fresh)
    await runInit(
      drivers,
      hold,
      context,
      members.filter(({ record: { role } }) => role === 'init' || role === 'sidecar'),
    );
  // What still ran in a sandbox that had lost its infra container was killed with it.
  const waiting = members.filter((member) => member.record.role === 'app' && (fresh || !member.running));
  if (!fresh) await Promise.all(waiting.map(({ record: member }) => clearRun(drivers, member)));
  await startAll(drivers, hold, context, waiting);
}

/** Starts one container of a pod whose sandbox stands. */
export async function startContainer(
  drivers: Drivers,
  hold: Hold,
  containerId: string,
  options: StartOptions,
): Promise<void> {
  const observed = await observePod(drivers, hold.podId);
  if (observed?.pod === undefined) throw gone(hold.podId);
  if (!observed.sandboxUp || !isInitialized(observed)) return startPod(drivers, hold, options);
  const pod = withDefaults(observed.pod);
  const [sources, facts] = await Promise.all([
    readSources(drivers.store.objects, pod, observed.record.namespace),
    drivers.facts(),
  ]);
  const sandbox = await standingSandbox(drivers, observed, pod, sources);
  const member = membersOf(pod, observed).find(({ record }) => record.id === containerId);
  if (member === undefined || member.running) return;
  await clearRun(drivers, member.record);
  await startAll(drivers, hold, { pod, sandbox, sources, facts, warn: once(options.warn) }, [member]);
}

async function startAll(
  drivers: Drivers,
  hold: Hold,
  context: PodContext,
  members: readonly Member[],
): Promise<void> {
  const created = await Promise.allSettled(
    members.map(async (member) => ({
      ...member,
      record: await createMember(drivers, hold, context, member),
    })),
  );
  const failed = created.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  for (const result of created) {
    if (result.status === 'fulfilled') await startMember(drivers, hold, context, result.value);
  }
}

/** Whether every init container has done its work in the sandbox that stands; whoever started the pod may have died before. */
function isInitialized({ containers }: ObservedPod): boolean {
  const infra = containers.find(({ record: { role } }) => role === 'infra');
  const since = infra?.record.startedAt ?? '';
  return containers.every(
    ({ record: { role, phase, exitCode, startedAt = '' } }) =>
      role !== 'init' || (phase === 'exited' && exitCode === 0 && startedAt >= since),
  );
}

type ObservedMember = Member & { readonly running: boolean };

function membersOf(pod: Pod, { containers }: ObservedPod): readonly ObservedMember[] {
  const written: readonly Container[] = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const byName = new Map(
    containers.filter(({ record }) => record.role !== 'infra').map((found) => [found.record.name, found]),
  );
  return written.flatMap((container) => {
    const found = byName.get(container.name);
    return found === undefined ? [] : [{ container, record: found.record, running: found.running }];
  });
}

/** Runs init containers one after another; sidecars among them are started and left running. */
async function runInit(
  drivers: Drivers,
  hold: Hold,
  context: PodContext,
  members: readonly Member[],
): Promise<void> {
  for (const member of members) {
    const created = await createMember(drivers, hold, context, member);
    await startMember(drivers, hold, context, { ...member, record: created });
    if (created.role === 'init') await finishInit(drivers, hold, created);
  }
}

async function finishInit(
  drivers: Drivers,
  hold: Hold,
  { id, bundle, conmonPid = 0, name, namespace, fullName, logPath }: ContainerRecord,
) {
  const exit = await drivers.runtime.wait({ id, bundle, conmonPid, signal: hold.interrupted });
  await drivers.store.records.updateContainer(id, (current) => ({
    ...current,
    phase: 'exited',
    ...exit,
    reason: reasonOf(exit),
  }));
  await drivers.runtime.delete(id);
  await drivers.rootfs.unmount(id);
  if (exit.exitCode === 0) return;
  const lines: string[] = [];
  for await (const line of drivers.logs.read({ path: logPath, tail: LOG_TAIL })) lines.push(line.text);
  const said = lines.length === 0 ? '' : `; it wrote:\n${lines.map((line) => `    ${line}`).join('\n')}`;
  throw new LifecycleError({
    code: 'INIT_FAILED',
    message: `init container ${name} exited with ${exit.exitCode}, so the pod's containers were not started${said}`,
    hint: `\`pod logs ${displayName(namespace, fullName)}\` shows all that it wrote`,
  });
}

async function standingSandbox(
  drivers: Drivers,
  observed: ObservedPod,
  pod: Pod,
  sources: PodContext['sources'],
): Promise<Sandbox> {
  const { record, containers } = observed;
  const infra = containers.find(({ record: { role } }) => role === 'infra');
  const sandbox = record.sandbox;
  if (sandbox === undefined || infra?.record.pid === undefined) throw gone(record.id);
  const facts = await drivers.facts();
  return {
    record: sandbox,
    hostname: podHostname(pod, facts.hostname),
    infraPid: infra.record.pid,
    podIPs: podIPs(observed, facts.hostIP),
    volumes: await drivers.volumes.prepare({
      podId: record.id,
      namespace: record.namespace,
      podName: record.name,
      volumes: pod.spec.volumes ?? [],
      sources,
      ...(record.baseFolder === undefined ? {} : { baseFolder: record.baseFolder }),
    }),
  };
}

/** Clears what earlier runs, another boot or a dead command left of the containers and of the sandbox. */
async function clearRuns(drivers: Drivers, observed: ObservedPod): Promise<void> {
  await quell(drivers, observed.record);
  await Promise.all(observed.containers.map(({ record }: ObservedContainer) => clearRun(drivers, record)));
  await lowerSandbox(drivers, observed.record);
}

async function clearRun(drivers: Drivers, { id }: ContainerRecord): Promise<void> {
  await drivers.runtime.delete(id);
  await drivers.rootfs.unmount(id);
  await drivers.sandboxes.removeBundle(id);
}

function gone(podId: string): LifecycleError {
  return new LifecycleError({
    code: 'POD_NOT_FOUND',
    message: `pod ${podId.slice(0, 12)} was removed meanwhile`,
  });
}

function once(warn: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    told.add(message);
    warn(message);
  };
}
