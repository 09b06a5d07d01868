import { deepEqual, equal } from 'node:assert/strict';
import type { ObservedContainer } from '../../../src/contracts/observed.ts';
import { type PodState, podPhase, podState, podStatus } from '../../../src/pods/status.ts';
import { created, exited, observedPod, running } from './observed.ts';

interface Case {
  readonly title: string;
  readonly containers: readonly ObservedContainer[];
  readonly sandboxUp: boolean;
  readonly state: PodState;
  readonly phase: string;
}

const infra = running({ name: 'infra', role: 'infra' });

const cases: readonly Case[] = [
  { title: 'all run', containers: [infra, running()], sandboxUp: true, state: 'Running', phase: 'Running' },
  {
    title: 'one of two has ended',
    containers: [infra, running(), exited(0, { name: 'b' })],
    sandboxUp: true,
    state: 'Degraded',
    phase: 'Running',
  },
  {
    title: 'all run, but for the infra container',
    containers: [exited(137, { name: 'infra', role: 'infra' }), running()],
    sandboxUp: false,
    state: 'Degraded',
    phase: 'Running',
  },
  {
    title: 'all ended well',
    containers: [infra, exited(0)],
    sandboxUp: true,
    state: 'Exited',
    phase: 'Succeeded',
  },
  {
    title: 'one ended badly',
    containers: [infra, exited(0), exited(3, { name: 'b' })],
    sandboxUp: true,
    state: 'Exited',
    phase: 'Failed',
  },
  { title: 'never started', containers: [created()], sandboxUp: false, state: 'Created', phase: 'Pending' },
  { title: 'stopped', containers: [exited(137)], sandboxUp: false, state: 'Stopped', phase: 'Failed' },
  {
    title: 'an init container runs',
    containers: [infra, running({ name: 'i', role: 'init' }), created()],
    sandboxUp: true,
    state: 'Running',
    phase: 'Pending',
  },
  {
    title: 'an init container failed',
    containers: [infra, exited(3, { name: 'i', role: 'init' }), created()],
    sandboxUp: true,
    state: 'Exited',
    phase: 'Failed',
  },
  {
    title: 'an init container is done',
    containers: [infra, exited(0, { name: 'i', role: 'init' }), running()],
    sandboxUp: true,
    state: 'Running',
    phase: 'Running',
  },
];

describe('pod status', () => {
  for (const { title, containers, sandboxUp, state, phase } of cases) {
    it(`${title}: ${state}, ${phase}`, () => {
      const pod = observedPod(containers, sandboxUp);
      equal(podState(pod), state);
      equal(podPhase(pod), phase);
    });
  }

  it('tells addresses, conditions and container states as Kubernetes writes them', () => {
    const status = podStatus(
      observedPod([infra, running({ startedAt: '2026-01-01T00:00:01.000Z' })]),
      '192.0.2.1',
    );
    equal(status.podIP, '10.86.0.5');
    deepEqual(status.podIPs, [{ ip: '10.86.0.5' }]);
    equal(status.hostIP, '192.0.2.1');
    equal(status.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
    deepEqual(status.containerStatuses?.[0]?.state, { running: { startedAt: '2026-01-01T00:00:01.000Z' } });
  });

  it('tells why a container ended', () => {
    const ended = exited(137, { reason: 'OOMKilled', finishedAt: '2026-01-01T00:00:09.000Z' });
    const { terminated } =
      podStatus(observedPod([infra, ended]), '192.0.2.1').containerStatuses?.[0]?.state ?? {};
    equal(terminated?.exitCode, 137);
    equal(terminated?.reason, 'OOMKilled');
    equal(terminated?.finishedAt, '2026-01-01T00:00:09.000Z');
  });

  it('has no pod address when the sandbox is down', () => {
    equal(podStatus(observedPod([exited(0)], false), '192.0.2.1').podIP, undefined);
  });
});
