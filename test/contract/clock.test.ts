import assert from 'node:assert/strict';
import type { Clock } from '../../src/contracts/clock.ts';
import { clock } from '../../src/host/clock.ts';
import { fake, keptBy } from './kept-by.ts';

keptBy<Clock>('the clock', { 'the fake': fake('clock'), 'this machine': () => clock }, (subject) => {
  it('does not run backwards', () => {
    const before = subject().now();
    assert.ok(subject().now() >= before);
  });

  it('ends a sleep when the signal aborts, and does not begin one when it has', async () => {
    await subject().sleep(1);
    await assert.rejects(subject().sleep(60_000, AbortSignal.abort()), { name: 'AbortError' });
  });
});
