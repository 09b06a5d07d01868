import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE = 60_000;
const INTERVAL = 50;

/** Looks again and again until what is seen is as wanted, and returns it. Fails with the last of it after a minute. */
export async function until<T>(look: () => Promise<T>, wanted: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + DEADLINE;
  for (;;) {
    const seen = await look();
    if (wanted(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`not as wanted in a minute: ${JSON.stringify(seen)}`);
    await delay(INTERVAL);
  }
}
