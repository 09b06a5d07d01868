import type { Drivers } from '../contracts/drivers.ts';
import type { HostFacts } from '../contracts/host-facts.ts';
import type { ContainerRecord } from '../contracts/records.ts';
import type { PreparedVolume, Sources } from '../contracts/volumes.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import type { Container, Pod, VolumeMount } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import { containerCommand } from '../plan/command.ts';
import { type ContainerMount, containerSpec } from '../plan/container-spec.ts';
import { containerEnvironment } from '../plan/env.ts';
import { imageVolumes } from '../plan/image-volumes.ts';
import { containerLimits } from '../plan/resources.ts';
import { apparmorChoice } from '../plan/spec/apparmor.ts';
import { isPrivileged } from '../plan/spec/privileged.ts';
import { type SeccompProfile, seccompChoice } from '../plan/spec/seccomp.ts';
import { containerUser, verifyNonRoot } from '../plan/user.ts';
import type { Hold } from './hold.ts';
import { createRuntimeContainer, type Sandbox, startRuntimeContainer } from './sandbox.ts';
import { type Starving, starving } from './starving.ts';

/** What every container of a pod is made with. */
export interface PodContext {
  readonly pod: Pod;
  readonly sandbox: Sandbox;
  readonly sources: Sources;
  readonly facts: HostFacts;
  /** Told once per distinct thing that was clamped, skipped or doubtful. */
  readonly warn: (message: string) => void;
}

/** A container of the manifest with its record. */
export interface Member {
  readonly container: Container;
  readonly record: ContainerRecord;
}

/** Mounts the root filesystem, writes the bundle and creates the container through the runtime. */
export async function createMember(
  drivers: Drivers,
  hold: Hold,
  context: PodContext,
  member: Member,
): Promise<ContainerRecord> {
  const { record } = member;
  const { image } = record;
  if (image === undefined) throw new Error(`container ${record.fullName} has no image recorded`);
  await hold.proceed('container.rootfs');
  const [{ path: rootfs }, config] = await Promise.all([
    drivers.rootfs.mount({ containerId: record.id, name: record.fullName, imageId: image.id }),
    drivers.images.config(image.id),
  ]);
  const { spec, warnings } = await plan(drivers, context, { ...member, rootfs, image: config });
  for (const warning of warnings) context.warn(`${record.fullName}: ${warning}`);
  await hold.proceed('container.bundle');
  await drivers.sandboxes.writeBundle(record.id, JSON.stringify(spec));
  await hold.proceed('container.create');
  try {
    return await createRuntimeContainer(drivers, record, { sandbox: context.sandbox.record });
  } catch (error) {
    throw starving(error, starvingOf(context, member));
  }
}

/** Starts a container that createMember made. */
export async function startMember(
  drivers: Drivers,
  hold: Hold,
  context: PodContext,
  { container, record }: Member,
): Promise<void> {
  await hold.proceed('container.start');
  try {
    await startRuntimeContainer(drivers, record);
  } catch (error) {
    throw starving(error, starvingOf(context, { container, record }));
  }
}

function starvingOf({ facts }: PodContext, { container, record }: Member): Starving {
  return { subject: `container ${record.fullName}`, limit: containerLimits(container, facts).memoryLimit };
}

interface PlanRequest extends Member {
  readonly rootfs: string;
  readonly image: ImageConfig;
}

async function plan(drivers: Drivers, context: PodContext, request: PlanRequest) {
  const { pod, sandbox, sources, facts } = context;
  const { container, record, rootfs, image } = request;
  verifyNonRoot({ pod, container, image });
  const user = await findUser(drivers, request, containerUser({ pod, container, image }));
  const environment = containerEnvironment({
    pod,
    container,
    image,
    sources,
    podIPs: sandbox.podIPs,
    hostIP: facts.hostIP,
    nodeName: facts.hostname,
    facts,
  });
  const argv = containerCommand({ container, image, variables: environment.variables });
  const mounts = [
    ...(await openPlaces(drivers, request)),
    ...(await volumeMounts(drivers, context, request)),
  ];
  const paths = drivers.sandboxes.paths(record.podId);
  const { spec, warnings } = containerSpec({
    pod,
    container,
    image,
    facts,
    user,
    env: environment.env,
    argv,
    rootfs,
    cgroupsPath: drivers.cgroups.containerPath(sandbox.record.cgroup, record.id),
    namespaces: memberNamespaces(pod, sandbox),
    mounts,
    files: {
      hosts: paths.hosts,
      hostname: paths.hostname,
      resolvConf: paths.resolvConf,
      shm: pod.spec.hostIPC ? undefined : paths.shm,
    },
    seccomp: await seccompProfile(drivers, pod, container),
    apparmor: await apparmorProfile(drivers, pod, container),
    ulimits: drivers.ulimits,
    hostDevices: isPrivileged(container) ? drivers.hostDevices() : [],
    terminal: record.terminal,
  });
  return { spec, warnings: [...environment.warnings, ...warnings] };
}

async function findUser({ users }: Drivers, { rootfs, record }: PlanRequest, user: string) {
  try {
    return await users.resolve(rootfs, user);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    const { code, message, hint, cause } = error;
    throw new RuntimeError({
      code,
      message: `container ${record.fullName}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
      cause,
    });
  }
}

async function seccompProfile(
  drivers: Drivers,
  pod: Pod,
  container: Container,
): Promise<SeccompProfile | undefined> {
  const choice = seccompChoice(pod, container);
  switch (choice.type) {
    case 'none':
      return undefined;
    case 'default':
      return (await drivers.seccompProfile()) as SeccompProfile | undefined;
    case 'localhost':
      return (await drivers.seccompProfile(choice.profile)) as SeccompProfile;
  }
}

async function apparmorProfile(
  drivers: Drivers,
  pod: Pod,
  container: Container,
): Promise<string | undefined> {
  const choice = apparmorChoice(pod, container);
  switch (choice.type) {
    case 'none':
      return undefined;
    case 'default':
      return drivers.apparmorProfile();
    case 'localhost':
      return drivers.apparmorProfile(choice.profile);
  }
}

/** Namespaces that a member joins: those of the infra container, or the host's where the pod says so. */
function memberNamespaces(pod: Pod, { record, infraPid }: Sandbox) {
  const of = (name: string) => `/proc/${infraPid}/ns/${name}`;
  return {
    ...(record.netns === undefined ? {} : { network: record.netns }),
    ...(pod.spec.hostIPC ? {} : { ipc: of('ipc') }),
    ...(record.hostNetwork ? {} : { uts: of('uts') }),
    ...(pod.spec.hostPID
      ? { pid: 'host' as const }
      : pod.spec.shareProcessNamespace
        ? { pid: of('pid') }
        : {}),
  };
}

/** Places of the root filesystem that stay open when the rest of it is read-only. */
async function openPlaces(drivers: Drivers, request: PlanRequest): Promise<readonly ContainerMount[]> {
  return Promise.all(
    imageVolumes(request).map(async (destination) => ({
      source: await drivers.rootfs.folder(request.rootfs, destination),
      destination,
      readOnly: false,
    })),
  );
}

async function volumeMounts(
  drivers: Drivers,
  context: PodContext,
  { container, record }: PlanRequest,
): Promise<readonly ContainerMount[]> {
  const mounts = (container.volumeMounts ?? []).map((mount, index) =>
    specMount(drivers, { mount, index, record, volume: volumeOf(context.sandbox, mount, record) }),
  );
  return Promise.all(mounts);
}

function volumeOf(sandbox: Sandbox, mount: VolumeMount, record: ContainerRecord): PreparedVolume {
  const volume = sandbox.volumes.get(mount.name);
  if (volume !== undefined) return volume;
  throw new VolumeError({
    code: 'VOLUME_NOT_FOUND',
    message: `container ${record.name} mounts the volume ${mount.name}, which its pod does not have`,
  });
}

interface MountRequest {
  readonly mount: VolumeMount;
  readonly index: number;
  readonly record: ContainerRecord;
  readonly volume: PreparedVolume;
}

const PROPAGATION = { None: 'private', HostToContainer: 'rslave', Bidirectional: 'rshared' } as const;

async function specMount(
  drivers: Drivers,
  { mount, index, record, volume }: MountRequest,
): Promise<ContainerMount> {
  const readOnly = mount.readOnly === true || volume.readOnly;
  const { subPath } = mount;
  const source =
    subPath === undefined || subPath === ''
      ? volume.path
      : (
          await drivers.volumes.subPath({
            podId: record.podId,
            containerId: record.id,
            index,
            volume,
            subPath,
          })
        ).path;
  return {
    source,
    destination: mount.mountPath,
    readOnly,
    type: volume.type === 'device' ? 'device' : 'bind',
    ...(volume.device === undefined ? {} : { device: volume.device }),
    propagation: PROPAGATION[(mount.mountPropagation ?? 'None') as keyof typeof PROPAGATION],
  };
}
