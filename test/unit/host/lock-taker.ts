/**
 * A process for lock.test.ts.
 *
 *     lock-taker.ts count LOCK COUNTER TASKS ROUNDS   adds TASKS x ROUNDS to the number in COUNTER, under the lock
 *     lock-taker.ts hold LOCK                         says "held", and holds the lock until it is killed
 *     lock-taker.ts wait LOCK                         waits until the lock is free or SIGINT comes; says which
 */
import { readFile, writeFile } from 'node:fs/promises';
import { acquire, withLock } from '../../../src/host/lock.ts';

const [verb, path = '', counter = '', tasks, rounds] = process.argv.slice(2);

switch (verb) {
  case 'count':
    await Promise.all(Array.from({ length: Number(tasks) }, () => count(Number(rounds))));
    break;
  case 'hold': {
    await acquire({ path, mode: 'exclusive', rank: 0 });
    console.log('held');
    setInterval(() => undefined, 60_000);
    break;
  }
  case 'wait':
    await wait();
    break;
  default:
    throw new Error(`unknown verb ${verb}`);
}

async function count(times: number): Promise<void> {
  for (let round = 0; round < times; round++) {
    await withLock({ path, mode: 'exclusive', rank: 0 }, async () => {
      const value = Number(await readFile(counter, 'utf8'));
      await writeFile(counter, String(value + 1));
    });
  }
}

async function wait(): Promise<void> {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const waiting = withLock({ path, mode: 'exclusive', rank: 0, signal: controller.signal }, () => 'taken');
  console.log('waiting');
  console.log(await waiting.catch(() => (controller.signal.aborted ? 'interrupted' : 'failed')));
}
