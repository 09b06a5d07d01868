import { basename, dirname } from 'node:path';
import { watchFolder } from '../host/watch-folder.ts';

/** A file may stop changing without a sign, when its writer ends: then it is looked at again after this long. */
const CHECK_PERIOD = 1000;

/** Tells when a file, or what its name leads to, has changed. No change is missed between two waits. */
export class Changes implements Disposable {
  readonly #watch: Disposable;
  #changed = false;
  #wake: () => void = () => {};

  constructor(path: string) {
    const name = basename(path);
    this.#watch = watchFolder(dirname(path), (changed) => {
      if (changed === '' || changed === name) this.#note();
    });
  }

  /** Resolves at the next change, or at once if there was one since the last call; after a second in any case. */
  async next(signal?: AbortSignal): Promise<void> {
    if (!this.#changed && !signal?.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, CHECK_PERIOD);
      signal?.addEventListener('abort', resolve as () => void, { once: true });
      await promise;
      clearTimeout(timer);
      signal?.removeEventListener('abort', resolve as () => void);
    }
    this.#changed = false;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#wake();
  }

  #note(): void {
    this.#changed = true;
    this.#wake();
  }
}
