import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { App } from './app.ts';

const ROUNDS = 25;

/** Printed with the results, so that the moments of a failure can be had again: SEED=... in the environment. */
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** Numbers from 0 to 1, the same ones for the same seed (a linear congruential generator). */
function numbers(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe(`pod dies at any time (seed ${seed})`, () => {
  const next = numbers(seed);
  let app: App;
  before(async () => {
    app = await App.create();
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await app.clear();
  });

  /** Kills the command after the share of a usual run's time. */
  async function killed(args: readonly string[], { share, usual }: { share: number; usual: number }) {
    const child = app.machine.start(args);
    const ended = once(child, 'exit');
    await Promise.race([delay(share * usual), ended]);
    child.kill('SIGKILL');
    await ended;
  }

  async function timed(args: readonly string[]): Promise<number> {
    const start = performance.now();
    await app.machine.ok(...args);
    return performance.now() - start;
  }

  it('and what it had begun is finished or undone', async function () {
    this.timeout(300_000);
    for (let round = 0; round < ROUNDS; round += 1) {
      const [share, odd] = [next(), round % 2 === 1];
      if (odd) {
        const usual = await timed(app.play);
        await app.answers();
        await killed(app.down, { share, usual });
      } else {
        await killed(app.play, { share, usual: 800 });
      }
      try {
        await app.isSettled();
        await app.machine.ok(...app.down);
        await app.isGone();
      } catch (error) {
        throw new Error(`round ${round}, ${odd ? 'down' : 'play'} killed after ${share} of its time`, {
          cause: error,
        });
      }
    }
  });
});
