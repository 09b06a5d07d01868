import type { ObservedContainer, ObservedPod } from '../../../src/contracts/observed.ts';
import type { ContainerRecord, PodRecord } from '../../../src/contracts/records.ts';

/** A container record with everything that a test does not care about filled in. */
export function containerRecord(changes: Partial<ContainerRecord> = {}): ContainerRecord {
  const name = changes.name ?? 'main';
  return {
    format: 1,
    id: `${name}`.padEnd(64, '0'),
    podId: 'f'.repeat(64),
    namespace: 'default',
    podName: 'web',
    name,
    fullName: `web-${name}`,
    role: 'app',
    phase: 'running',
    created: '2026-01-01T00:00:00.000Z',
    command: ['sleep', '1'],
    bundle: '/run/bundle',
    logPath: '/var/log/ctr.log',
    terminal: false,
    stdin: false,
    stopSignal: 15,
    restartCount: 0,
    ...changes,
  };
}

export function running(changes: Partial<ContainerRecord> = {}): ObservedContainer {
  return { record: containerRecord(changes), running: true };
}

export function exited(exitCode: number, changes: Partial<ContainerRecord> = {}): ObservedContainer {
  return { record: containerRecord({ phase: 'exited', exitCode, ...changes }), running: false };
}

export function created(changes: Partial<ContainerRecord> = {}): ObservedContainer {
  return { record: containerRecord({ phase: 'created', ...changes }), running: false };
}

export function podRecord(changes: Partial<PodRecord> = {}): PodRecord {
  return {
    format: 1,
    id: 'f'.repeat(64),
    uid: '11111111-1111-4111-8111-111111111111',
    namespace: 'default',
    name: 'web',
    phase: 'ready',
    wanted: { state: 'running', generation: 1 },
    created: '2026-01-01T00:00:00.000Z',
    containers: [],
    networks: [],
    publish: [],
    ...changes,
  };
}

/** A pod with these containers, its sandbox standing unless said otherwise. */
export function observedPod(containers: readonly ObservedContainer[], sandboxUp = true): ObservedPod {
  return {
    record: podRecord({
      containers: containers.map(({ record: { id, name, role } }) => ({ id, name, role })),
      sandbox: {
        boot: 'boot',
        cgroup: { manager: 'cgroupfs', path: '/pod/x', filesystemPath: '/pod/x' },
        attachments: [{ network: 'pod', interface: 'eth0', addresses: ['10.86.0.5/32'] }],
        ports: [],
        hostNetwork: false,
      },
    }),
    pod: undefined,
    containers,
    sandboxUp,
  };
}
