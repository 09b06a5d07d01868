import type { ObservedPod } from '../contracts/observed.ts';
import { humanDuration } from '../values/duration.ts';
import { shortId } from '../values/id.ts';
import { displayName } from '../values/namespace.ts';

/** A pod in a listing, by the field names of Podman's `pod ps --format`, with Kubernetes' phase beside. */
export interface PodItem {
  readonly ID: string;
  readonly Id: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Status: string;
  readonly Phase: string;
  readonly Created: string;
  readonly CreatedAt: string;
  readonly InfraID: string;
  readonly InfraId: string;
  readonly NumberOfContainers: number;
  readonly ContainerNames: string;
  readonly ContainerIds: string;
  readonly ContainerStatuses: string;
  readonly Labels: ReadonlyMap<string, string>;
  readonly Networks: readonly string[];
  readonly Restarts: number;
}

export interface PodItemRequest {
  readonly pod: ObservedPod;
  readonly state: string;
  readonly phase: string;
  /** Podman's word for each container, in the order of the pod's containers. */
  readonly containerStates: readonly string[];
  readonly now: Date;
  readonly full: boolean;
}

export const podHeadings = {
  ID: 'POD ID',
  InfraID: 'INFRA ID',
  NumberOfContainers: '# OF CONTAINERS',
  ContainerIds: 'IDS',
  ContainerNames: 'NAMES',
  ContainerStatuses: 'STATUS',
};
export const podColumns =
  'table {{.ID}}\t{{.Name}}\t{{.Status}}\t{{.Created}}\t{{.InfraID}}\t{{.NumberOfContainers}}';

/** Pure: one pod as listings show it. */
export function podItem({ pod, state, phase, containerStates, now, full }: PodItemRequest): PodItem {
  const { record, containers } = pod;
  const id = (text: string) => (full ? text : shortId(text));
  const infra = record.containers.find(({ role }) => role === 'infra')?.id ?? '';
  return {
    ID: id(record.id),
    Id: record.id,
    Name: displayName(record.namespace, record.name),
    Namespace: record.namespace,
    Status: state,
    Phase: phase,
    Created: `${humanDuration(now.getTime() - Date.parse(record.created))} ago`,
    CreatedAt: record.created,
    InfraID: id(infra),
    InfraId: infra,
    NumberOfContainers: record.containers.length,
    ContainerNames: containers.map((container) => container.record.fullName).join(','),
    ContainerIds: containers.map((container) => id(container.record.id)).join(','),
    ContainerStatuses: containerStates.join(','),
    Labels: new Map(Object.entries(pod.pod?.metadata.labels ?? {})),
    Networks: (record.sandbox?.attachments ?? []).map(({ network }) => network),
    Restarts: containers.reduce((sum, container) => sum + container.record.restartCount, 0),
  };
}

/** Pure: one pod in Podman's JSON of `pod ps`, with Kubernetes' phase beside. */
export function podJson({
  pod,
  state,
  phase,
  containerStates,
}: Omit<PodItemRequest, 'now' | 'full'>): object {
  const { record, containers } = pod;
  return {
    Cgroup: record.sandbox?.cgroup.filesystemPath ?? '',
    Containers: containers.map((container, index) => ({
      Id: container.record.id,
      Names: container.record.fullName,
      Status: containerStates[index] ?? '',
      RestartCount: container.record.restartCount,
    })),
    Created: record.created,
    Id: record.id,
    InfraId: record.containers.find(({ role }) => role === 'infra')?.id ?? '',
    Name: record.name,
    Namespace: record.namespace,
    Networks: (record.sandbox?.attachments ?? []).map(({ network }) => network),
    Status: state,
    Phase: phase,
    Labels: new Map(Object.entries(pod.pod?.metadata.labels ?? {})),
  };
}

/** The columns of `pod ps` with what its flags add about the containers. */
export function podColumnsWith(flags: {
  readonly ids: boolean;
  readonly names: boolean;
  readonly statuses: boolean;
}): string {
  const extra = [
    ...(flags.ids ? ['{{.ContainerIds}}'] : []),
    ...(flags.names ? ['{{.ContainerNames}}'] : []),
    ...(flags.statuses ? ['{{.ContainerStatuses}}'] : []),
  ];
  const count = '\t{{.NumberOfContainers}}';
  return extra.length === 0 ? podColumns : podColumns.replace(count, ['', ...extra].join('\t'));
}
