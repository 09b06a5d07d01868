import type { ContainerRecord, PodRecord } from '../contracts/records.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';

interface Named {
  readonly id: string;
  readonly namespace: string;
}

/** What a user may write for one thing: `NAME`, `NS/NAME`, a full id or a unique prefix of one. */
interface Query<Item extends Named> {
  readonly text: string;
  readonly items: readonly Item[];
  readonly nameOf: (item: Item) => string;
  readonly noun: string;
  /** Namespace that a bare name is looked up in. */
  readonly namespace: string | undefined;
}

/** Finds a pod by name or id. Throws LifecycleError POD_NOT_FOUND or NAME_AMBIGUOUS. */
export function findPod(
  pods: readonly PodRecord[],
  text: string,
  namespace?: string,
  exitCode = 125,
): PodRecord {
  const found = tryPod(pods, text, namespace);
  if (found !== undefined) return found;
  throw new LifecycleError({
    code: 'POD_NOT_FOUND',
    message: `no pod with name or ID "${text}" found: no such pod`,
    hint: '`pod pod ps` lists the pods that there are',
    exitCode,
  });
}

/** Like findPod, and undefined when there is none. Throws NAME_AMBIGUOUS. */
export function tryPod(pods: readonly PodRecord[], text: string, namespace?: string): PodRecord | undefined {
  return find({ text, items: pods, nameOf: (pod) => pod.name, noun: 'pod', namespace });
}

/** Finds a container by its full name or id. Throws LifecycleError CONTAINER_NOT_FOUND or NAME_AMBIGUOUS. */
export function findContainer(
  containers: readonly ContainerRecord[],
  text: string,
  namespace?: string,
  exitCode = 125,
): ContainerRecord {
  const found = tryContainer(containers, text, namespace);
  if (found !== undefined) return found;
  throw new LifecycleError({
    code: 'CONTAINER_NOT_FOUND',
    message: `no container with name or ID "${text}" found: no such container`,
    hint: '`pod ps -a` lists the containers that there are',
    exitCode,
  });
}

/** Like findContainer, and undefined when there is none. Throws NAME_AMBIGUOUS. */
export function tryContainer(
  containers: readonly ContainerRecord[],
  text: string,
  namespace?: string,
): ContainerRecord | undefined {
  return find({
    text,
    items: containers,
    nameOf: (container) => container.fullName,
    noun: 'container',
    namespace,
  });
}

function find<Item extends Named>({ text, items, nameOf, noun, namespace }: Query<Item>): Item | undefined {
  const slash = text.indexOf('/');
  const wantedNamespace = slash < 0 ? (namespace ?? DEFAULT_NAMESPACE) : text.slice(0, slash);
  const name = slash < 0 ? text : text.slice(slash + 1);
  const named = items.find((item) => item.namespace === wantedNamespace && nameOf(item) === name);
  if (named !== undefined || !/^[0-9a-f]+$/.test(text)) return named;
  const prefixed = items.filter((item) => item.id.startsWith(text));
  if (prefixed.length > 1) {
    throw new LifecycleError({
      code: 'NAME_AMBIGUOUS',
      message: `more than one ${noun} has an ID that begins with "${text}"`,
      hint: 'write more digits of the ID',
    });
  }
  return prefixed[0];
}
