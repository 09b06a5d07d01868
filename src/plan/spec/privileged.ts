import type { Container } from '../../kube/wire.ts';

/** True where the container has the host's devices and no protection from it. */
export function isPrivileged(container: Container): boolean {
  return container.securityContext?.privileged === true;
}
