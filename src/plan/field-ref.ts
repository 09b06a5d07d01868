import type { Pod } from '../kube/wire.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';

/** What a pod's fields are read from: the object, and the facts that its status would hold in a cluster. */
export interface FieldContext {
  readonly pod: Pod;
  readonly podIPs: readonly string[];
  readonly hostIP: string;
  readonly nodeName: string;
}

type Reader = (context: FieldContext) => string;

const FIELDS: Readonly<Record<string, Reader>> = {
  'metadata.name': ({ pod }) => pod.metadata.name ?? '',
  'metadata.namespace': ({ pod }) => pod.metadata.namespace ?? DEFAULT_NAMESPACE,
  'metadata.uid': ({ pod }) => pod.metadata.uid ?? '',
  'metadata.labels': ({ pod }) => lines(pod.metadata.labels),
  'metadata.annotations': ({ pod }) => lines(pod.metadata.annotations),
  'spec.nodeName': ({ pod, nodeName }) => pod.spec.nodeName || nodeName,
  'spec.serviceAccountName': ({ pod }) => pod.spec.serviceAccountName || 'default',
  'status.hostIP': ({ hostIP }) => hostIP,
  'status.hostIPs': ({ hostIP }) => hostIP,
  'status.podIP': ({ podIPs }) => podIPs[0] ?? '',
  'status.podIPs': ({ podIPs }) => podIPs.join(','),
};

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.*)'\]$/s;

/**
 * The text that a `fieldRef` stands for, by the kubelet's downward API. A label or annotation that is not there is
 * the empty string; a whole map is one `key="value"` per line, sorted. Undefined for a path that Kubernetes does
 * not offer.
 */
export function fieldValue(fieldPath: string, context: FieldContext): string | undefined {
  const [, map, key] = SUBSCRIPT.exec(fieldPath) ?? [];
  if (key !== undefined) {
    const { labels, annotations } = context.pod.metadata;
    return (map === 'labels' ? labels : annotations)?.[key] ?? '';
  }
  return Object.hasOwn(FIELDS, fieldPath) ? FIELDS[fieldPath]?.(context) : undefined;
}

function lines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
