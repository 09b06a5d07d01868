import type { ObservedPod } from '../contracts/observed.ts';
import type { PodStatus } from '../kube/wire.ts';
import { restartPolicy } from './inspect-container.ts';
import { portBindings } from './inspect-network.ts';

/** All that is known of a pod. */
export interface PodFacts {
  readonly pod: ObservedPod;
  /** Podman's word for its state. */
  readonly state: string;
  /** Podman's word for the state of each container, in the order of the pod's containers. */
  readonly containerStates: readonly string[];
  readonly status: PodStatus;
}

/** Pure: what `pod inspect` tells, by Podman's field names, with the Kubernetes object and its status beside. */
export function podInspection({ pod, state, containerStates, status }: PodFacts): object {
  const { record, containers } = pod;
  const infra = record.containers.find(({ role }) => role === 'infra')?.id ?? '';
  const { sandbox } = record;
  return {
    Id: record.id,
    Name: record.name,
    Namespace: record.namespace,
    Created: record.created,
    State: state,
    Phase: status.phase ?? '',
    Hostname: pod.pod?.spec.hostname ?? record.name,
    Labels: new Map(Object.entries(pod.pod?.metadata.labels ?? {})),
    Annotations: new Map(Object.entries(pod.pod?.metadata.annotations ?? {})),
    CreateCgroup: true,
    CgroupParent: sandbox?.cgroup.path ?? '',
    CgroupPath: sandbox?.cgroup.filesystemPath ?? '',
    CreateInfra: true,
    InfraContainerID: infra,
    InfraConfig: infraConfig(pod),
    SharedNamespaces: sharedNamespaces(pod),
    NumContainers: containers.length,
    Containers: containers.map((container, index) => ({
      Id: container.record.id,
      Name: container.record.fullName,
      State: containerStates[index] ?? '',
    })),
    ExitPolicy: 'stop',
    RestartPolicy: restartPolicy(pod),
    LockNumber: 0,
    Object: pod.pod === undefined ? null : { ...pod.pod, status },
  };
}

function infraConfig({ record, pod }: ObservedPod) {
  const { hostNetwork = false, dnsConfig, hostAliases = [] } = pod?.spec ?? {};
  const attachments = record.sandbox?.attachments ?? [];
  return {
    PortBindings: portBindings(record.publish),
    HostNetwork: hostNetwork,
    StaticIP: '',
    StaticMAC: '',
    NoManageResolvConf: false,
    DNSServer: dnsConfig?.nameservers ?? [],
    DNSSearch: dnsConfig?.searches ?? [],
    DNSOption: (dnsConfig?.options ?? []).map(({ name, value }) =>
      value === undefined ? (name ?? '') : `${name}:${value}`,
    ),
    NoManageHosts: false,
    HostAdd: hostAliases.flatMap(({ ip, hostnames = [] }) => hostnames.map((name) => `${name}:${ip}`)),
    Networks: attachments.map(({ network }) => network),
    NetworkOptions: null,
    PidNS: pod?.spec.hostPID ? 'host' : 'private',
    UserNS: 'host',
    UtsNS: hostNetwork ? 'host' : 'private',
  };
}

function sharedNamespaces({ pod }: ObservedPod): readonly string[] {
  const { hostNetwork, hostIPC, hostPID, shareProcessNamespace } = pod?.spec ?? {};
  return [
    ...(hostIPC ? [] : ['ipc']),
    ...(hostNetwork ? [] : ['net', 'uts']),
    ...(shareProcessNamespace && !hostPID ? ['pid'] : []),
  ];
}
