import type { ObjectKey } from '../contracts/store.ts';

/** The key of the Pod object that belongs to a record. */
export function podKey(record: { readonly namespace: string; readonly name: string }): ObjectKey {
  return { group: '', kind: 'Pod', namespace: record.namespace, name: record.name };
}
