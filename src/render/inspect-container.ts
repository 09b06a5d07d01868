import type { Image } from '../contracts/images.ts';
import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { Container } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import type { RuntimeSpec } from '../oci/runtime-spec.ts';
import { formatSignal } from '../values/signal.ts';
import { networkSettings, portBindings } from './inspect-network.ts';

/** All that is known of a container. */
export interface ContainerFacts {
  readonly pod: ObservedPod;
  readonly container: ObservedContainer;
  /** Podman's word for its state. */
  readonly state: string;
  /** What it was last created with; undefined while its pod is stopped. */
  readonly spec: RuntimeSpec | undefined;
  readonly image: { readonly image: Image; readonly config: ImageConfig } | undefined;
  /** `NAME=value`, without the values of Secrets. */
  readonly env: readonly string[];
  /** Name of the OCI runtime; empty if there is none. */
  readonly runtime: string;
}

/** Go's zero time, which Podman shows for what has not happened. */
const NEVER = '0001-01-01T00:00:00Z';

/** Pure: what `inspect` tells of a container, by Podman's field names. */
export function containerInspection(facts: ContainerFacts): object {
  const { pod, container, spec, image, runtime } = facts;
  const { record } = container;
  const [Path = '', ...Args] = record.command;
  const folder = record.logPath.replace(/\/[^/]*$/, '');
  const files = new Map((spec?.mounts ?? []).map(({ destination, source = '' }) => [destination, source]));
  return {
    Id: record.id,
    Created: record.created,
    Path,
    Args,
    State: stateView(facts),
    Image: record.image?.id ?? '',
    ImageDigest: image?.image.digest ?? '',
    ImageName: image?.image.names[0] ?? record.image?.name ?? '',
    Rootfs: record.role === 'infra' ? (spec?.root.path ?? '') : '',
    Pod: record.podId,
    PodName: record.podName,
    Namespace: record.namespace,
    Role: record.role,
    ResolvConfPath: files.get('/etc/resolv.conf') ?? '',
    HostnamePath: files.get('/etc/hostname') ?? '',
    HostsPath: files.get('/etc/hosts') ?? '',
    StaticDir: folder,
    OCIConfigPath: spec === undefined ? '' : `${record.bundle}/config.json`,
    OCIRuntime: runtime,
    ConmonPidFile: `${record.bundle}/conmon.pid`,
    PidFile: `${record.bundle}/pidfile`,
    Name: record.fullName,
    RestartCount: record.restartCount,
    Driver: 'overlay',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: spec?.process.apparmorProfile ?? '',
    EffectiveCaps: spec?.process.capabilities?.effective ?? [],
    BoundingCaps: spec?.process.capabilities?.bounding ?? [],
    ExecIDs: [],
    GraphDriver: graphDriver(spec, folder),
    Mounts: mounts(facts),
    Dependencies: record.role === 'infra' ? [] : [infraOf(pod)],
    NetworkSettings: networkSettings(pod),
    IsInfra: record.role === 'infra',
    IsService: false,
    KubeExitCodePropagation: 'invalid',
    Config: configView(facts),
    HostConfig: hostConfig(facts),
  };
}

function stateView({ container: { record, running }, state, spec }: ContainerFacts) {
  return {
    OciVersion: spec?.ociVersion ?? '',
    Status: state,
    Running: running,
    Paused: false,
    Restarting: false,
    OOMKilled: record.oomKilled ?? false,
    Dead: false,
    Pid: running ? (record.pid ?? 0) : 0,
    ConmonPid: running ? (record.conmonPid ?? 0) : 0,
    ExitCode: record.exitCode ?? 0,
    Error: record.message ?? '',
    Reason: record.reason ?? '',
    StartedAt: record.startedAt ?? NEVER,
    FinishedAt: (running ? undefined : record.finishedAt) ?? NEVER,
    CgroupPath: spec?.linux.cgroupsPath ?? '',
  };
}

function graphDriver(spec: RuntimeSpec | undefined, folder: string) {
  const data = [
    ['MergedDir', spec?.root.path],
    ['UpperDir', `${folder}/upper`],
    ['WorkDir', `${folder}/work`],
  ].filter(([, path]) => path !== undefined);
  return { Name: 'overlay', Data: new Map(data as [string, string][]) };
}

/** The mounts that the manifest asks for, with their sources where the container is set up. */
function mounts({ pod, container: { record }, spec }: ContainerFacts): readonly object[] {
  const wanted = manifestOf(pod, record.name)?.volumeMounts ?? [];
  return wanted.map(({ name, mountPath, readOnly }) => {
    const claim = pod.pod?.spec.volumes?.find((volume) => volume.name === name)?.persistentVolumeClaim;
    const options = spec?.mounts.find(({ destination }) => destination === mountPath)?.options ?? [];
    const propagation = options.find((option) => /^r?(private|shared|slave)$/.test(option));
    return {
      Type: claim === undefined ? 'bind' : 'volume',
      Name: claim?.claimName ?? name,
      Source: spec?.mounts.find(({ destination }) => destination === mountPath)?.source ?? '',
      Destination: mountPath,
      Driver: claim === undefined ? '' : 'local',
      Mode: '',
      Options: options.filter((option) => !['ro', 'rw', propagation].includes(option)),
      RW: options.length === 0 ? readOnly !== true : !options.includes('ro'),
      Propagation: propagation ?? '',
    };
  });
}

function configView({ pod, container: { record }, spec, image, env }: ContainerFacts) {
  const manifest = manifestOf(pod, record.name);
  const run = image?.config.config;
  const user = spec?.process.user;
  return {
    Hostname: env.find((line) => line.startsWith('HOSTNAME='))?.slice('HOSTNAME='.length) ?? '',
    Domainname: '',
    User: String(
      manifest?.securityContext?.runAsUser ?? pod.pod?.spec.securityContext?.runAsUser ?? run?.User ?? '',
    ),
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: record.terminal,
    OpenStdin: record.stdin,
    StdinOnce: manifest?.stdinOnce ?? false,
    Env: env,
    Cmd: manifest?.args ?? (manifest?.command === undefined ? (run?.Cmd ?? []) : []),
    Image: record.image?.name ?? '',
    Volumes: null,
    WorkingDir: spec?.process.cwd ?? manifest?.workingDir ?? run?.WorkingDir ?? '/',
    Entrypoint: manifest?.command ?? run?.Entrypoint ?? [],
    OnBuild: null,
    Labels: mapOf({ ...run?.Labels, ...pod.pod?.metadata.labels }),
    Annotations: mapOf({ ...pod.pod?.metadata.annotations, ...spec?.annotations }),
    StopSignal: formatSignal(record.stopSignal),
    StopTimeout: pod.pod?.spec.terminationGracePeriodSeconds ?? 30,
    Umask: (user?.umask ?? 0o022).toString(8).padStart(4, '0'),
    CreateCommand: [],
    Timeout: 0,
  };
}

function hostConfig(facts: ContainerFacts) {
  const { pod, container, spec } = facts;
  const { record } = container;
  const manifest = manifestOf(pod, record.name);
  const security = manifest?.securityContext;
  const { memory, cpu, pids } = spec?.linux.resources ?? {};
  const period = cpu?.period ?? 0;
  return {
    Binds: binds(facts),
    CgroupManager: pod.record.sandbox?.cgroup.manager ?? '',
    CgroupParent: pod.record.sandbox?.cgroup.path ?? '',
    ContainerIDFile: '',
    LogConfig: { Type: 'k8s-file', Config: null, Path: record.logPath, Tag: '', Size: '0B' },
    ...modes(facts),
    PortBindings: portBindings(pod.record.publish),
    RestartPolicy: { Name: restartPolicy(pod), MaximumRetryCount: 0 },
    AutoRemove: false,
    AutoRemoveImage: false,
    PublishAllPorts: false,
    CapAdd: capabilities(security?.capabilities?.add),
    CapDrop: capabilities(security?.capabilities?.drop),
    Dns: pod.pod?.spec.dnsConfig?.nameservers ?? [],
    DnsSearch: pod.pod?.spec.dnsConfig?.searches ?? [],
    ExtraHosts: (pod.pod?.spec.hostAliases ?? []).flatMap(({ ip, hostnames = [] }) =>
      hostnames.map((name) => `${name}:${ip}`),
    ),
    Privileged: security?.privileged ?? false,
    ReadonlyRootfs: spec?.root.readonly ?? security?.readOnlyRootFilesystem ?? false,
    SecurityOpt: security?.allowPrivilegeEscalation === false ? ['no-new-privileges'] : [],
    Devices: [],
    Tmpfs: new Map(),
    Ulimits: (spec?.process.rlimits ?? []).map(({ type, soft, hard }) => ({
      Name: type,
      Soft: soft,
      Hard: hard,
    })),
    OomScoreAdj: spec?.process.oomScoreAdj ?? 0,
    ShmSize: 64 * 1024 * 1024,
    Runtime: 'oci',
    Memory: memory?.limit ?? 0,
    CpuShares: cpu?.shares ?? 0,
    CpuPeriod: period,
    CpuQuota: cpu?.quota ?? 0,
    NanoCpus: period === 0 ? 0 : Math.round(((cpu?.quota ?? 0) / period) * 1e9),
    PidsLimit: pids?.limit ?? 0,
  };
}

/** Which namespaces it shares, and with whom. */
function modes({ pod, container: { record } }: ContainerFacts) {
  const { hostNetwork, hostIPC, hostPID, shareProcessNamespace } = pod.pod?.spec ?? {};
  const infra = record.role === 'infra';
  const shared = (host: boolean | undefined, own: string) =>
    host ? 'host' : infra ? own : `container:${infraOf(pod)}`;
  const network = pod.record.networks.includes('none') ? 'none' : 'bridge';
  return {
    NetworkMode: shared(hostNetwork, network),
    IpcMode: shared(hostIPC, 'shareable'),
    PidMode: hostPID ? 'host' : shareProcessNamespace ? shared(false, 'private') : 'private',
    UTSMode: shared(hostNetwork, 'private'),
    UsernsMode: '',
    CgroupMode: 'host',
  };
}

function binds({ pod, container: { record }, spec }: ContainerFacts): readonly string[] {
  const destinations = new Set(
    manifestOf(pod, record.name)?.volumeMounts?.map(({ mountPath }) => mountPath) ?? [],
  );
  return (spec?.mounts ?? [])
    .filter(({ destination }) => destinations.has(destination))
    .map(({ source = '', destination, options = [] }) => `${source}:${destination}:${options.join(',')}`);
}

const restartPolicies: Readonly<Record<string, string>> = { Always: 'always', OnFailure: 'on-failure' };

/** Podman's word for the pod's restart policy. */
export function restartPolicy({ pod }: ObservedPod): string {
  const policy = pod?.spec.restartPolicy ?? 'Always';
  return restartPolicies[policy] ?? 'no';
}

function capabilities(names: readonly string[] = []): readonly string[] {
  return names.map((name) => (name === 'ALL' || name.startsWith('CAP_') ? name : `CAP_${name}`));
}

function infraOf({ record }: ObservedPod): string {
  return record.containers.find(({ role }) => role === 'infra')?.id ?? '';
}

function manifestOf({ pod }: ObservedPod, name: string): Container | undefined {
  return [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])].find(
    (container) => container.name === name,
  );
}

function mapOf(record: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(record));
}
