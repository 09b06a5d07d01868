import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { PodRecord } from '../contracts/records.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { findContainer, findPod, tryContainer, tryPod } from './find.ts';

/** Annotation that names the container which commands on a pod mean (kubectl's). */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

export interface TargetQuery {
  /** A container, or a pod: by name, `NS/NAME` or id prefix. */
  readonly name: string;
  /** Name of a container within the pod (`-c`). */
  readonly container?: string | undefined;
  readonly namespace?: string | undefined;
}

/** One container, and the pod that it belongs to. */
export interface Target {
  readonly pod: ObservedPod;
  readonly container: ObservedContainer;
}

/**
 * The container that a name means: a container of that name, else a pod of that name and in it the one named by
 * `container`, by the default-container annotation, or its first. Throws LifecycleError CONTAINER_NOT_FOUND.
 */
export function findTarget(
  pods: readonly ObservedPod[],
  { name, container, namespace }: TargetQuery,
): Target {
  const containers = pods.flatMap((pod) => pod.containers.map(({ record }) => record));
  const direct = container === undefined ? tryContainer(containers, name, namespace) : undefined;
  if (direct !== undefined) return target(pods, direct.podId, direct.id);
  const record = tryPod(
    pods.map((pod) => pod.record),
    name,
    namespace,
  );
  if (record === undefined) return missing(containers, pods, { name, container, namespace });
  const pod = pods.find((candidate) => candidate.record.id === record.id);
  const wanted = container ?? pod?.pod?.metadata.annotations?.[DEFAULT_CONTAINER];
  const member =
    wanted === undefined
      ? record.containers.find(({ role }) => role === 'app')
      : record.containers.find((candidate) => candidate.role !== 'infra' && candidate.name === wanted);
  if (member === undefined) throw noMember(record, wanted ?? '');
  return target(pods, record.id, member.id);
}

function missing(
  containers: readonly ObservedContainer['record'][],
  pods: readonly ObservedPod[],
  query: TargetQuery,
): never {
  if (query.container === undefined) findContainer(containers, query.name, query.namespace);
  findPod(
    pods.map((pod) => pod.record),
    query.name,
    query.namespace,
  );
  throw new Error(`${query.name} was found and not found`);
}

function target(pods: readonly ObservedPod[], podId: string, containerId: string): Target {
  const pod = pods.find(({ record }) => record.id === podId);
  const container = pod?.containers.find(({ record }) => record.id === containerId);
  if (pod === undefined || container === undefined) {
    throw new LifecycleError({
      code: 'CONTAINER_NOT_FOUND',
      message: `container ${containerId.slice(0, 12)} is being removed`,
    });
  }
  return { pod, container };
}

function noMember(record: PodRecord, name: string): LifecycleError {
  const names = record.containers.filter(({ role }) => role !== 'infra').map((container) => container.name);
  return new LifecycleError({
    code: 'CONTAINER_NOT_FOUND',
    message: `pod ${record.name} has no container named "${name}"`,
    hint: `it has ${names.join(', ')}`,
  });
}
