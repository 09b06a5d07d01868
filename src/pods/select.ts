import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import { UsageError } from '../errors/usage-error.ts';
import { findContainer, findPod, tryContainer, tryPod } from './find.ts';

export interface Selection {
  readonly names: readonly string[];
  /** Every one there is; then no names may be given. */
  readonly all?: boolean | undefined;
  /** Leave out names that nothing has, instead of failing. */
  readonly ignore?: boolean | undefined;
  readonly namespace?: string | undefined;
  /** Exit code for a name that nothing has, where Podman has one of its own for that. */
  readonly missingExit?: number;
}

/** The pods that a command line names, each once. Throws LifecycleError POD_NOT_FOUND, UsageError. */
export function selectPods(pods: readonly ObservedPod[], selection: Selection): readonly ObservedPod[] {
  checkNames(selection, 'pod');
  if (selection.all) return pods;
  const records = pods.map(({ record }) => record);
  const ids = selection.names.map((name) =>
    selection.ignore
      ? tryPod(records, name, selection.namespace)?.id
      : findPod(records, name, selection.namespace, selection.missingExit).id,
  );
  return pods.filter(({ record }) => ids.includes(record.id));
}

/**
 * The containers that a command line names, infra containers left out; the name of a pod stands for all of its
 * containers. Throws LifecycleError CONTAINER_NOT_FOUND, UsageError.
 */
export function selectContainers(
  pods: readonly ObservedPod[],
  selection: Selection,
): readonly ObservedContainer[] {
  checkNames(selection, 'container');
  const members = pods.flatMap(({ containers }) =>
    containers.filter(({ record }) => record.role !== 'infra'),
  );
  if (selection.all) return members;
  const ids = new Set(selection.names.flatMap((name) => containerIds(pods, name, selection)));
  return members.filter(({ record }) => ids.has(record.id));
}

function containerIds(
  pods: readonly ObservedPod[],
  name: string,
  { ignore, namespace, missingExit }: Selection,
): readonly string[] {
  const containers = pods.flatMap((pod) => pod.containers.map(({ record }) => record));
  const container = tryContainer(containers, name, namespace);
  if (container !== undefined) return [container.id];
  const pod = tryPod(
    pods.map(({ record }) => record),
    name,
    namespace,
  );
  if (pod !== undefined) return pod.containers.map(({ id }) => id);
  return ignore ? [] : [findContainer(containers, name, namespace, missingExit).id];
}

function checkNames({ names, all }: Selection, noun: string): void {
  if (all && names.length > 0) {
    throw new UsageError({ code: 'CONFLICTING_FLAGS', message: '--all cannot be joined with names' });
  }
  if (!all && names.length === 0) {
    throw new UsageError({ code: 'MISSING_ARGUMENT', message: `name at least one ${noun}, or use --all` });
  }
}
