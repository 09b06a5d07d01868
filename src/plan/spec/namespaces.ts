import type { HostFacts } from '../../contracts/host-facts.ts';
import type { Pod } from '../../kube/wire.ts';
import type { NamespaceSpec } from '../../oci/runtime-spec.ts';
import type { ContainerSpecRequest, InfraSpecRequest } from './request.ts';

/** The namespaces of a container of the pod: those of the infra container, its own mounts, and its own processes unless shared. */
export function namespaces({
  namespaces: { network, ipc, uts, pid },
  facts,
}: Pick<ContainerSpecRequest, 'namespaces' | 'facts'>): readonly NamespaceSpec[] {
  return [
    ...(pid === 'host' ? [] : [namespace('pid', pid)]),
    ...(network === undefined ? [] : [namespace('network', network)]),
    ...(ipc === undefined ? [] : [namespace('ipc', ipc)]),
    ...(uts === undefined ? [] : [namespace('uts', uts)]),
    namespace('mount'),
    ...ownCgroups(facts),
  ];
}

/**
 * The namespaces that the infra container makes for its pod: ipc, uts, and pid, which the others join only with
 * shareProcessNamespace. A pod on the host's network has the host's name as well.
 */
export function infraNamespaces({ pod, facts, network }: InfraSpecRequest): readonly NamespaceSpec[] {
  const { hostIPC, hostPID } = pod.spec;
  return [
    ...(hostPID ? [] : [namespace('pid')]),
    ...(network === undefined ? [] : [namespace('network', network)]),
    ...(hostIPC ? [] : [namespace('ipc')]),
    ...(ownsUts(pod) ? [namespace('uts')] : []),
    namespace('mount'),
    ...ownCgroups(facts),
  ];
}

/** True where the pod has a host name of its own. */
export function ownsUts(pod: Pod): boolean {
  return !pod.spec.hostNetwork;
}

function namespace(type: NamespaceSpec['type'], path?: string): NamespaceSpec {
  return path === undefined ? { type } : { type, path };
}

function ownCgroups({ cgroup }: Pick<HostFacts, 'cgroup'>): readonly NamespaceSpec[] {
  return cgroup.layout === 'v2' ? [namespace('cgroup')] : [];
}
