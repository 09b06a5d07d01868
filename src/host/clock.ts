import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../contracts/clock.ts';

/** The machine's time. `sleep` rejects with an AbortError when the signal aborts. */
export const clock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, signal && { signal }),
};
