import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { ContainerStatus, PodStatus } from '../kube/wire.ts';

/** Podman's word for a pod as a whole. */
export type PodState = 'Created' | 'Running' | 'Degraded' | 'Stopped' | 'Exited';

/** Podman's word for a container. */
export type ContainerState = 'created' | 'running' | 'exited' | 'removing';

/**
 * Podman's state of a pod: Degraded when only some containers run or the sandbox does not stand, Exited when all have
 * ended with the sandbox still up.
 */
export function podState({ containers, sandboxUp }: ObservedPod): PodState {
  const members = containers.filter(({ record }) => record.role !== 'infra');
  const lasting = members.filter(({ record }) => record.role !== 'init');
  const running = lasting.filter((container) => container.running).length;
  if (running > 0) return running === lasting.length && sandboxUp ? 'Running' : 'Degraded';
  if (members.some((container) => container.running)) return 'Running';
  if (members.every(({ record }) => record.phase === 'created' || record.phase === 'creating'))
    return 'Created';
  return sandboxUp ? 'Exited' : 'Stopped';
}

export function containerState({ record, running }: ObservedContainer): ContainerState {
  if (running) return 'running';
  switch (record.phase) {
    case 'creating':
    case 'created':
      return 'created';
    case 'running':
    case 'exited':
      return 'exited';
    case 'removing':
      return 'removing';
  }
}

/**
 * The status of a Pod object as Kubernetes writes it (Pod Lifecycle, "Pod phase"), from what was observed.
 * Pending until every init container has succeeded and one container has started.
 */
export function podStatus(observed: ObservedPod, hostIP: string): PodStatus {
  const { record, containers } = observed;
  const init = containers.filter(({ record: { role } }) => role === 'init' || role === 'sidecar');
  const apps = containers.filter((container) => container.record.role === 'app');
  const ips = podIPs(observed, hostIP);
  const started = containers
    .map((container) => container.record.startedAt)
    .filter((time) => time !== undefined);
  const phase = podPhase(observed);
  return {
    phase,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(ips[0] === undefined ? {} : { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }),
    startTime: started.sort()[0] ?? record.created,
    conditions: conditions(observed, phase),
    ...(init.length > 0 ? { initContainerStatuses: init.map(containerStatus) } : {}),
    containerStatuses: apps.map(containerStatus),
  };
}

/** The addresses of a pod whose sandbox stands, without prefix lengths; the host's with hostNetwork. */
export function podIPs({ record, sandboxUp }: ObservedPod, hostIP: string): readonly string[] {
  if (!sandboxUp || record.sandbox === undefined) return [];
  if (record.sandbox.hostNetwork) return [hostIP];
  return record.sandbox.attachments.flatMap(({ addresses }) =>
    addresses.map((address) => address.replace(/\/\d+$/, '')),
  );
}

/** The phase of a pod. Without a supervisor nothing restarts, so a pod whose containers have all ended is finished. */
export function podPhase({ containers }: ObservedPod): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const apps = containers.filter(({ record }) => record.role === 'app');
  const initFailed = containers.some(
    ({ record }) => record.role === 'init' && record.phase === 'exited' && record.exitCode !== 0,
  );
  if (initFailed) return 'Failed';
  if (apps.some((container) => container.running)) return 'Running';
  if (apps.some(({ record }) => record.phase === 'creating' || record.phase === 'created')) return 'Pending';
  return apps.every(({ record }) => record.exitCode === 0) ? 'Succeeded' : 'Failed';
}

function conditions(observed: ObservedPod, phase: string): NonNullable<PodStatus['conditions']> {
  const initialized = observed.containers.every(
    ({ record }) => record.role !== 'init' || record.exitCode === 0,
  );
  const ready =
    phase === 'Running' &&
    observed.containers.every(({ record, running }) => record.role === 'init' || running);
  const status = (value: boolean) => (value ? 'True' : 'False');
  return [
    { type: 'PodReadyToStartContainers', status: status(observed.sandboxUp) },
    { type: 'Initialized', status: status(initialized) },
    { type: 'Ready', status: status(ready) },
    { type: 'ContainersReady', status: status(ready) },
    { type: 'PodScheduled', status: 'True' },
  ];
}

function containerStatus(container: ObservedContainer): ContainerStatus {
  const { record, running } = container;
  return {
    name: record.name,
    image: record.image?.name ?? '',
    imageID: record.image === undefined ? '' : `sha256:${record.image.id}`,
    containerID: `pod://${record.id}`,
    restartCount: record.restartCount,
    ready: running || (record.role === 'init' && record.exitCode === 0),
    started: running,
    state: stateOf(container),
  };
}

function stateOf({ record, running }: ObservedContainer): ContainerStatus['state'] {
  if (running) return { running: { startedAt: record.startedAt ?? record.created } };
  if (record.phase !== 'exited') {
    return { waiting: { reason: record.role === 'init' ? 'PodInitializing' : 'ContainerCreating' } };
  }
  return {
    terminated: {
      exitCode: record.exitCode ?? 137,
      reason: record.reason ?? 'Error',
      containerID: `pod://${record.id}`,
      ...(record.message === undefined ? {} : { message: record.message }),
      ...(record.startedAt === undefined ? {} : { startedAt: record.startedAt }),
      ...(record.finishedAt === undefined ? {} : { finishedAt: record.finishedAt }),
    },
  };
}
