import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../contracts/clock.ts';
import { longestTimer } from '../values/duration.ts';

/** The machine's time. `sleep` takes 24 days at most, and rejects with an AbortError when the signal aborts. */
export const clock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    setTimeout(Math.min(milliseconds, longestTimer), undefined, signal && { signal }),
};
