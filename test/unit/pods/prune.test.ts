import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playPlan } from '../../../src/plan/play-plan.ts';
import { play } from '../../../src/play/play.ts';
import { hold } from '../../../src/pods/hold.ts';
import { observePods } from '../../../src/pods/observe.ts';
import { hasEnded, prunePods } from '../../../src/pods/prune.ts';
import { startPod } from '../../../src/pods/start.ts';
import { fakeMachine } from '../../fakes/drivers.ts';
import { created, exited, observedPod, running } from './observed.ts';

describe('what pruning takes for ended', () => {
  const infra = running({ name: 'infra', role: 'infra' });
  for (const [title, pod, ended] of [
    ['all containers have ended', observedPod([infra, exited(0), exited(1, { name: 'b' })]), true],
    ['one never started, another has ended', observedPod([infra, created(), exited(1, { name: 'b' })]), true],
    ['one runs', observedPod([infra, exited(0), running({ name: 'b' })]), false],
    ['none was started', observedPod([infra, created()]), false],
    ['there are none', observedPod([infra]), false],
  ] as const) {
    it(`${ended ? 'is' : 'is not'} a pod where ${title}`, () => assert.equal(hasEnded(pod), ended));
  }

  it('is not a pod that is being made', () => {
    const pod = observedPod([infra, exited(0)]);
    assert.equal(hasEnded({ ...pod, record: { ...pod.record, phase: 'creating' } }), false);
  });
});

describe('pruning', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-unit-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function ended() {
    const machine = fakeMachine(folder);
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'main', image: 'localhost/x:1' }] },
    };
    await play(machine.drivers, {
      plan: playPlan([{ object }], { networks: [], publish: [], annotations: {} }),
      source: 'app.yaml',
      start: true,
      replace: false,
      noPodPrefix: false,
      warn: () => undefined,
    });
    machine.end('web-main', 0);
    return { machine, pods: await observePods(machine.drivers) };
  }

  it('removes a pod that has ended', async () => {
    const { machine, pods } = await ended();
    const { removed } = await prunePods(machine.drivers, pods, new AbortController().signal);
    assert.deepEqual(
      removed,
      pods.map(({ record }) => record.id),
    );
    assert.deepEqual([...machine.standing], []);
  });

  it('leaves a pod that is just being started', async () => {
    const { machine, pods } = await ended();
    const podId = pods[0]?.record.id ?? '';
    const starter = await hold(machine.drivers, { podId, wanted: 'running' });
    const pruned = prunePods(machine.drivers, pods, new AbortController().signal);
    await startPod(machine.drivers, starter, { warn: () => undefined });
    await starter[Symbol.asyncDispose]();
    assert.deepEqual((await pruned).removed, []);
    assert.equal((await machine.drivers.store.records.pods()).length, 1);
  });
});
