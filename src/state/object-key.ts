import { join } from 'node:path';
import type { ObjectKey } from '../contracts/store.ts';
import { pathSegment } from '../values/path-segment.ts';

/** `Pod default/web`, `Deployment.apps web`: how messages name an object. */
export function keyText({ group, kind, namespace, name }: ObjectKey): string {
  return `${group === '' ? kind : `${kind}.${group}`} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

export function sameKey(one: ObjectKey, other: ObjectKey): boolean {
  return (
    one.group === other.group &&
    one.kind === other.kind &&
    one.namespace === other.namespace &&
    one.name === other.name
  );
}

/** Folder of all objects of a kind, below the objects' root. */
export function kindFolder({ group, kind }: Pick<ObjectKey, 'group' | 'kind'>): string {
  return join(group === '' ? 'core' : pathSegment(group), pathSegment(kind));
}

/** Folder of the objects of a kind in one namespace, or of a cluster-wide kind. */
export function namespaceFolder(key: Omit<ObjectKey, 'name'>): string {
  return join(kindFolder(key), key.namespace === undefined ? '_cluster' : pathSegment(key.namespace));
}

/** Folder of one object. */
export function objectFolder(key: ObjectKey): string {
  return join(namespaceFolder(key), pathSegment(key.name));
}
