import type { Secret } from '../kube/wire.ts';
import { DEFAULT_NAMESPACE, displayName } from '../values/namespace.ts';

export const secretColumns = 'table {{.ID}}\t{{.Name}}\t{{.Type}}\t{{.Data}}\t{{.Created}}';

/** The id of a Secret, as listings show it: the beginning of its uid. */
export function secretId({ metadata }: Secret): string {
  return (metadata.uid ?? '').replaceAll('-', '').slice(0, 25);
}

/** The names of a Secret's entries. Their values are never shown. */
function keysOf({ data, stringData }: Secret): readonly string[] {
  return [...new Set([...Object.keys(data ?? {}), ...Object.keys(stringData ?? {})])].sort();
}

/** A Secret in a listing. `created` is its age in words. */
export function secretItem(secret: Secret, created: string): object {
  const { name = '', namespace = DEFAULT_NAMESPACE, creationTimestamp = '' } = secret.metadata;
  return {
    ID: secretId(secret),
    Name: displayName(namespace, name),
    Namespace: namespace,
    Driver: 'file',
    Type: secret.type ?? 'Opaque',
    Data: keysOf(secret).length,
    Keys: keysOf(secret),
    Created: created,
    CreatedAt: creationTimestamp,
    UpdatedAt: creationTimestamp,
  };
}

/** All about a Secret but its values, by Podman's field names. */
export function secretView(secret: Secret): object {
  const { name = '', namespace = DEFAULT_NAMESPACE, creationTimestamp = '', labels = {} } = secret.metadata;
  return {
    ID: secretId(secret),
    CreatedAt: creationTimestamp,
    UpdatedAt: creationTimestamp,
    Namespace: namespace,
    Type: secret.type ?? 'Opaque',
    Immutable: secret.immutable ?? false,
    Keys: keysOf(secret),
    Spec: {
      Name: name,
      Driver: { Name: 'file', Options: new Map() },
      Labels: new Map(Object.entries(labels)),
    },
  };
}
