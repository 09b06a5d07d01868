import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Does in one go what is asked for at the same time. Each transaction on the store waits for the disk twice, so twenty
 * containers that are started together should not make twenty.
 */
export class Batch<T, R> {
  readonly #run: (items: readonly T[]) => Promise<readonly PromiseSettledResult<R>[]>;
  #waiting: Waiting<T, R>[] = [];
  #running = false;

  /** @param run gives the results in the order of the items; what it throws is thrown to all of them. */
  constructor(run: (items: readonly T[]) => Promise<readonly PromiseSettledResult<R>[]>) {
    this.#run = run;
  }

  async add(item: T): Promise<R> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      const taken = this.#waiting;
      this.#waiting = [];
      await this.#settle(taken);
    }
    this.#running = false;
  }

  async #settle(taken: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#run(taken.map(({ item }) => item));
      for (const [index, { resolve, reject }] of taken.entries()) {
        const result = results[index];
        if (result?.status === 'fulfilled') resolve(result.value);
        else reject(result?.reason);
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }
}
