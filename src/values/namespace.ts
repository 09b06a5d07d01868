/** The namespace of what names none. */
export const DEFAULT_NAMESPACE = 'default';

/** A name as listings and messages show it: bare in the default namespace, `ns/name` elsewhere. */
export function displayName(namespace: string, name: string): string {
  return namespace === DEFAULT_NAMESPACE ? name : `${namespace}/${name}`;
}
