import assert from 'node:assert/strict';
import { clock } from '../../../src/host/clock.ts';

describe('clock', () => {
  it('tells the time of the machine', () => {
    const before = Date.now();
    const now = clock.now().getTime();
    assert.ok(now >= before && now <= Date.now());
  });

  it('sleeps at least as long as asked', async () => {
    const before = performance.now();
    await clock.sleep(20);
    assert.ok(performance.now() - before >= 19);
  });

  it('does not wake at once from a sleep that is longer than a timer takes', async () => {
    await assert.rejects(clock.sleep(2 ** 40, AbortSignal.timeout(30)), { name: 'AbortError' });
  });

  it('ends a sleep when the signal aborts', async () => {
    await assert.rejects(clock.sleep(60_000, AbortSignal.timeout(5)), { name: 'AbortError' });
  });
});
