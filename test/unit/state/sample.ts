import type { ContainerRecord, PodRecord } from '../../../src/contracts/records.ts';

/** A whole id that begins with these hexadecimal digits. */
export function id(start: string): string {
  return start.padEnd(64, '0');
}

export function podRecord(start: string, name: string, rest: Partial<PodRecord> = {}): PodRecord {
  return {
    format: 1,
    id: id(start),
    uid: `uid-${start}`,
    namespace: 'default',
    name,
    phase: 'creating',
    wanted: { state: 'running', generation: 1 },
    created: '2026-01-02T03:04:05Z',
    containers: [],
    networks: [],
    publish: [],
    ...rest,
  };
}

export function containerRecord(
  start: string,
  { pod, name }: { readonly pod: string; readonly name: string },
  rest: Partial<ContainerRecord> = {},
): ContainerRecord {
  return {
    format: 1,
    id: id(start),
    podId: id(pod),
    namespace: 'default',
    podName: 'web',
    name,
    fullName: name,
    role: 'app',
    phase: 'creating',
    created: '2026-01-02T03:04:05Z',
    command: ['sleep'],
    bundle: '/run/bundle',
    logPath: '/var/log/x',
    terminal: false,
    stdin: false,
    stopSignal: 15,
    restartCount: 0,
    ...rest,
  };
}
