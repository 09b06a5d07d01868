import type { PortMapping } from '../contracts/network.ts';
import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import { humanDuration } from '../values/duration.ts';
import { shortId } from '../values/id.ts';
import { displayName } from '../values/namespace.ts';

/** A container in a listing, by the field names of Podman's `ps --format`. */
export interface ContainerItem {
  readonly ID: string;
  readonly Names: string;
  readonly Namespace: string;
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  readonly Created: string;
  readonly CreatedAt: string;
  readonly RunningFor: string;
  readonly State: string;
  readonly Status: string;
  readonly ExitCode: number;
  readonly Exited: boolean;
  readonly ExitedAt: number;
  readonly StartedAt: number;
  readonly Pid: number;
  readonly Pod: string;
  readonly PodName: string;
  readonly Ports: string;
  readonly Labels: ReadonlyMap<string, string>;
  readonly Mounts: readonly string[];
  readonly Networks: readonly string[];
  readonly Restarts: number;
  readonly IsInfra: boolean;
  /** The value of a label, as templates ask for it: `{{.Label "app"}}`. */
  readonly Label: (name: string) => string;
}

export interface ContainerItemRequest {
  readonly pod: ObservedPod;
  readonly container: ObservedContainer;
  readonly state: string;
  readonly now: Date;
  /** Whole ids and commands. */
  readonly full: boolean;
}

/** Headings that are not the words of their field. */
export const containerHeadings = {
  ID: 'CONTAINER ID',
  RunningFor: 'CREATED',
  Pod: 'POD ID',
  PodName: 'PODNAME',
};

/** The columns of `ps`, and of `ps --pod`. */
export const containerColumns =
  'table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}';
export const containerPodColumns = `${containerColumns}\t{{.Pod}}\t{{.PodName}}`;

const COMMAND_WIDTH = 20;

/** Go's zero time in seconds of the epoch. */
const ZERO_TIME = -62_135_596_800;

/** Pure: one container as listings show it. */
export function containerItem({ pod, container, state, now, full }: ContainerItemRequest): ContainerItem {
  const { record, running } = container;
  const command = [...record.command.join(' ')];
  const age = (time: string) => `${humanDuration(now.getTime() - Date.parse(time))} ago`;
  const seconds = (time: string | undefined) =>
    time === undefined ? 0 : Math.trunc(Date.parse(time) / 1000);
  return {
    ID: full ? record.id : shortId(record.id),
    Names: displayName(record.namespace, record.fullName),
    Namespace: record.namespace,
    Image: record.image?.name ?? '',
    ImageID: full ? (record.image?.id ?? '') : shortId(record.image?.id ?? ''),
    Command:
      full || command.length <= COMMAND_WIDTH
        ? command.join('')
        : `${command.slice(0, COMMAND_WIDTH - 3).join('')}...`,
    Created: age(record.created),
    CreatedAt: record.created,
    RunningFor: age(record.created),
    State: state,
    Status: containerStatusText({ container, state, now }),
    ExitCode: record.exitCode ?? 0,
    Exited: !running && record.finishedAt !== undefined,
    ExitedAt: seconds(record.finishedAt),
    StartedAt: seconds(record.startedAt),
    Pid: running ? (record.pid ?? 0) : 0,
    Pod: full ? record.podId : shortId(record.podId),
    PodName: displayName(pod.record.namespace, pod.record.name),
    Ports: portsText(pod.record.publish),
    Labels: labelsOf(pod),
    Mounts: mountsOf(pod, container),
    Networks: (pod.record.sandbox?.attachments ?? []).map(({ network }) => network),
    Restarts: record.restartCount,
    IsInfra: record.role === 'infra',
    Label: (name) => labelsOf(pod).get(name) ?? '',
  };
}

/** Pure: one container in Podman's JSON of `ps`, where times are seconds of the epoch and names a list. */
export function containerJson({ pod, container, state, now }: Omit<ContainerItemRequest, 'full'>): object {
  const { record } = container;
  const item = containerItem({ pod, container, state, now, full: true });
  return {
    AutoRemove: false,
    Command: record.command,
    CreatedAt: item.RunningFor,
    CIDFile: '',
    Exited: item.Exited,
    ExitedAt: item.Exited ? item.ExitedAt : ZERO_TIME,
    ExitCode: item.ExitCode,
    Id: record.id,
    Image: item.Image,
    ImageID: item.ImageID,
    IsInfra: item.IsInfra,
    Labels: item.Labels,
    Mounts: item.Mounts,
    Names: [item.Names],
    Namespace: record.namespace,
    Networks: item.Networks,
    Pid: item.Pid,
    Pod: record.podId,
    PodName: pod.record.name,
    Ports: pod.record.publish.map(({ hostIP, hostPort, containerPort, protocol }) => ({
      host_ip: hostIP === '0.0.0.0' ? '' : hostIP,
      container_port: containerPort,
      host_port: hostPort,
      range: 1,
      protocol,
    })),
    Restarts: record.restartCount,
    Size: null,
    StartedAt: record.startedAt === undefined ? ZERO_TIME : item.StartedAt,
    State: state,
    Status: item.Status,
    Created: Math.trunc(Date.parse(record.created) / 1000),
  };
}

function labelsOf({ pod }: ObservedPod): ReadonlyMap<string, string> {
  return new Map(Object.entries(pod?.metadata.labels ?? {}));
}

/** Where the manifest mounts volumes in it. */
function mountsOf({ pod }: ObservedPod, { record }: ObservedContainer): readonly string[] {
  const members = [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])];
  const member = members.find(({ name }) => name === record.name);
  return (member?.volumeMounts ?? []).map(({ mountPath }) => mountPath);
}

/** `Up 2 minutes`, `Exited (0) 3 seconds ago`, `Created`. */
export function containerStatusText({
  container,
  state,
  now,
}: Pick<ContainerItemRequest, 'container' | 'state' | 'now'>): string {
  const { record } = container;
  const since = (time: string | undefined) =>
    humanDuration(now.getTime() - Date.parse(time ?? record.created));
  if (state === 'running') return `Up ${since(record.startedAt)}`;
  if (state === 'exited') return `Exited (${record.exitCode ?? 137}) ${since(record.finishedAt)} ago`;
  return `${state.slice(0, 1).toUpperCase()}${state.slice(1)}`;
}

/** `0.0.0.0:8080->80/tcp, 127.0.0.1:5353->53/udp`. */
export function portsText(ports: readonly PortMapping[]): string {
  return ports
    .map(({ hostIP, hostPort, containerPort, protocol }) => {
      const address = hostIP.includes(':') ? `[${hostIP}]` : hostIP;
      return `${address}:${hostPort}->${containerPort}/${protocol}`;
    })
    .join(', ');
}
