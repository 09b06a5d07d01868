import type { Pod } from '../../kube/wire.ts';
import { DEFAULT_NAMESPACE } from '../../values/namespace.ts';

/** Names by which people and tools find a container's pod in the runtime's own state. */
export function annotations(pod: Pod, containerName?: string): Readonly<Record<string, string>> {
  const { name = '', namespace = DEFAULT_NAMESPACE, uid = '' } = pod.metadata;
  return {
    'io.kubernetes.pod.name': name,
    'io.kubernetes.pod.namespace': namespace,
    'io.kubernetes.pod.uid': uid,
    ...(containerName === undefined ? {} : { 'io.kubernetes.container.name': containerName }),
  };
}
