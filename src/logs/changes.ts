import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** A file may stop changing without a sign, when its writer ends: then it is looked at again after this long. */
const CHECK_PERIOD = 1000;

/** Tells when a file, or what its name leads to, has changed. No change is missed between two waits. */
export class Changes implements Disposable {
  readonly #stop = new AbortController();
  #changed = false;
  #wake: () => void = () => {};

  constructor(path: string) {
    const name = basename(path);
    const watcher = watch(dirname(path), { signal: this.#stop.signal }, (_event, changed) => {
      if (changed === null || changed === name) this.#note();
    });
    // A folder that is removed has no more changes; whoever reads the log finds that out.
    watcher.on('error', () => this.#note());
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
    this.#stop.abort();
    this.#wake();
  }

  #note(): void {
    this.#changed = true;
    this.#wake();
  }
}
