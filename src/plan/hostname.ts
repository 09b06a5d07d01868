import type { Pod } from '../kube/wire.ts';

const LONGEST = 63;

/**
 * The host name that a pod's containers see, as the kubelet derives it: `spec.hostname`, else the pod's name cut
 * to 63 characters; the node's own name with hostNetwork.
 */
export function podHostname(pod: Pod, nodeName: string): string {
  if (pod.spec.hostNetwork) return nodeName;
  const name = pod.spec.hostname || pod.metadata.name || '';
  return name.slice(0, LONGEST).replace(/[-.]+$/, '');
}
