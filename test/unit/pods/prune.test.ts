import { strict as assert } from 'node:assert';
import { hasEnded } from '../../../src/pods/prune.ts';
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
