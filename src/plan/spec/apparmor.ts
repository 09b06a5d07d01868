import type { Container, Pod } from '../../kube/wire.ts';
import { isPrivileged } from './privileged.ts';

/** Which AppArmor profile a container runs under. `profile` is the name of one that the host has loaded. */
export type ApparmorChoice =
  | { readonly type: 'none' }
  | { readonly type: 'default' }
  | { readonly type: 'localhost'; readonly profile: string };

/** Where manifests asked for a profile before there was a field; the container's name follows. */
const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

/**
 * The profile that a container asks for, else its pod; the default one where neither does, as in Kubernetes and
 * Podman. Privileged containers have none unless they name one.
 */
export function apparmorChoice(pod: Pod, container: Container): ApparmorChoice {
  const { type, localhostProfile } =
    container.securityContext?.appArmorProfile ??
    annotated(pod.metadata.annotations?.[`${ANNOTATION}${container.name}`]) ??
    pod.spec.securityContext?.appArmorProfile ??
    {};
  if (type === 'Localhost' && localhostProfile) return { type: 'localhost', profile: localhostProfile };
  if (isPrivileged(container) || type === 'Unconfined') return { type: 'none' };
  return { type: 'default' };
}

function annotated(value: string | undefined) {
  if (value === undefined || value === '') return undefined;
  if (value === 'unconfined') return { type: 'Unconfined' };
  if (value.startsWith('localhost/')) {
    return { type: 'Localhost', localhostProfile: value.slice('localhost/'.length) };
  }
  return { type: 'RuntimeDefault' };
}
