import type { Pod } from '../../kube/wire.ts';
import type { InfraSpecRequest } from './request.ts';

/** Lets every group ping without CAP_NET_RAW, which containers do not have. Podman's default. */
const DEFAULT = { 'net.ipv4.ping_group_range': '0 0' } as const;

/**
 * Kernel settings of the pod's namespaces: securityContext.sysctls, which may be written with `/` for `.`. They are
 * set by the infra container, whose namespaces they belong to.
 */
export function sysctls({
  pod,
  network,
}: Pick<InfraSpecRequest, 'pod' | 'network'>): Readonly<Record<string, string>> {
  return { ...(network === undefined ? {} : DEFAULT), ...asked(pod) };
}

function asked(pod: Pod): Readonly<Record<string, string>> {
  const list = pod.spec.securityContext?.sysctls ?? [];
  return Object.fromEntries(list.map(({ name, value }) => [name.replaceAll('/', '.'), value]));
}
