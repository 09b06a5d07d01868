import { randomBytes } from 'node:crypto';
import { fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, listFolder, readFile, removeFile } from '../host/files.ts';
import { acquire, type Lock, tryAcquire } from '../host/lock.ts';
import { lockRank } from '../host/lock-rank.ts';

/** Something that a command is about to make, or to take away, in the store. */
export type Trace =
  /** A folder in `overlay/` that no record names, and its tar-split file. */
  | { readonly type: 'folder'; readonly name: string }
  | { readonly type: 'layer'; readonly id: string }
  | { readonly type: 'image'; readonly id: string };

/** A journal is held while the store is worked on, so it comes before the store's own locks. */
const rank = lockRank.storage;

/**
 * The traces of one command, written before what they tell of. The file is locked as long as the command lives; one whose
 * lock is free was left by a dead one.
 */
export class Journal implements Disposable {
  readonly #lock: Lock;

  private constructor(lock: Lock) {
    this.#lock = lock;
  }

  /** Opens a new journal in the folder. */
  static async open(folder: string): Promise<Journal> {
    ensureFolder(folder);
    const path = join(folder, `${randomBytes(8).toString('hex')}.journal`);
    return new Journal(await acquire({ path, mode: 'exclusive', rank }));
  }

  /** The journals of dead commands, each ours now. */
  static abandoned(folder: string): Journal[] {
    return listFolder(folder)
      .filter((name) => name.endsWith('.journal'))
      .map((name) => tryAcquire({ path: join(folder, name), mode: 'exclusive', rank }))
      .filter((lock) => lock !== undefined)
      .map((lock) => new Journal(lock));
  }

  /** Adds to what is there. On a full disk nothing of it stays, so that no line is ever cut short. */
  add(...traces: readonly Trace[]): void {
    const { descriptor } = this.#lock;
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.from(traces.map((trace) => `${JSON.stringify(trace)}\n`).join(''));
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, size + done);
      }
    } catch (error) {
      ftruncateSync(descriptor, size);
      throw error;
    }
  }

  /** What was written whole, oldest first. */
  traces(): readonly Trace[] {
    const text = readFile(this.#lock.path)?.toString('utf8') ?? '';
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Trace);
  }

  /** All is done or undone: the journal goes. */
  finish(): void {
    removeFile(this.#lock.path);
    this.#lock.release();
  }

  /** Leaves an unfinished journal to the next command. */
  [Symbol.dispose](): void {
    this.#lock.release();
  }
}
