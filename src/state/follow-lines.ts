import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemError } from '../host/files.ts';
import { watchFolder } from '../host/watch-folder.ts';

const CHUNK = 64 * 1024;

/**
 * The lines that are added to a file from now on, across its being renamed away and begun anew. The folder exists, the
 * file may not yet. Ends when the signal aborts. Throws SystemError.
 */
export async function* followLines(path: string, signal: AbortSignal): AsyncGenerator<string> {
  let changed = Promise.withResolvers<void>();
  const wake = () => changed.resolve();
  using _watcher = watchFolder(
    dirname(path),
    (name) => {
      if (name === basename(path) || name === '') wake();
    },
    { keepAlive: true },
  );
  signal.addEventListener('abort', wake);
  using follower = new Follower(path);
  try {
    for (; !signal.aborted; await changed.promise) {
      changed = Promise.withResolvers();
      yield* follower.lines();
    }
  } finally {
    signal.removeEventListener('abort', wake);
  }
}

class Follower implements Disposable {
  readonly #path: string;
  #descriptor: number | undefined;
  #position = 0;
  /** The beginning of a line that is not whole yet. */
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = open(path);
    if (this.#descriptor !== undefined) this.#position = fstatSync(this.#descriptor).size;
  }

  /** The whole lines since the last call: those at the end of a file that was renamed away, then those of its successor. */
  *lines(): Generator<string> {
    for (;;) {
      yield* this.#read();
      if (this.#descriptor !== undefined && sameFile(this.#descriptor, this.#path)) return;
      this[Symbol.dispose]();
      this.#descriptor = open(this.#path);
      this.#position = 0;
      this.#rest = Buffer.alloc(0);
      if (this.#descriptor === undefined) return;
    }
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  *#read(): Generator<string> {
    if (this.#descriptor === undefined) return;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK);
      const count = readSync(this.#descriptor, chunk, 0, CHUNK, this.#position);
      if (count === 0) return;
      this.#position += count;
      const text = Buffer.concat([this.#rest, chunk.subarray(0, count)]);
      const end = text.lastIndexOf(0x0a) + 1;
      this.#rest = text.subarray(end);
      if (end > 0)
        yield* text
          .subarray(0, end - 1)
          .toString('utf8')
          .split('\n');
    }
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw systemError(error);
  }
}

function sameFile(descriptor: number, path: string): boolean {
  return fstatSync(descriptor).ino === statSync(path, { throwIfNoEntry: false })?.ino;
}
