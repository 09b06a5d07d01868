import { closeSync, fchmodSync, fchownSync, ftruncateSync, writeSync } from 'node:fs';
import type { SparseRun, TarEntry } from './tar-header.ts';

/** A file that is being written. */
export class OpenFile {
  readonly entry: TarEntry;
  readonly place: string | Buffer;
  readonly #descriptor: number;
  /** What the file has from its creation. */
  readonly #has: { readonly owner: boolean; readonly mode: boolean };
  #position = 0;
  #run = 0;
  #runDone = 0;

  constructor(
    file: { readonly entry: TarEntry; readonly place: string | Buffer; readonly descriptor: number },
    has: { readonly owner: boolean; readonly mode: boolean },
  ) {
    this.entry = file.entry;
    this.place = file.place;
    this.#descriptor = file.descriptor;
    this.#has = has;
  }

  write(bytes: Buffer): void {
    const { sparse } = this.entry;
    if (sparse !== undefined) this.#writeRuns(bytes, sparse);
    else this.#writeAt(bytes, this.#position);
    this.#position += bytes.length;
  }

  finish(): void {
    const { entry } = this;
    try {
      if (entry.sparse !== undefined) ftruncateSync(this.#descriptor, entry.size);
      if (!this.#has.owner) fchownSync(this.#descriptor, entry.uid, entry.gid);
      if (!this.#has.mode) fchmodSync(this.#descriptor, entry.mode);
    } finally {
      closeSync(this.#descriptor);
    }
  }

  abandon(): void {
    closeSync(this.#descriptor);
  }

  #writeRuns(bytes: Buffer, runs: readonly SparseRun[]): void {
    let at = 0;
    while (at < bytes.length) {
      const run = runs[this.#run];
      if (run === undefined) return;
      const length = Math.min(bytes.length - at, run.length - this.#runDone);
      this.#writeAt(bytes.subarray(at, at + length), run.offset + this.#runDone);
      at += length;
      this.#runDone += length;
      if (this.#runDone === run.length) {
        this.#run++;
        this.#runDone = 0;
      }
    }
  }

  #writeAt(bytes: Buffer, position: number): void {
    let done = 0;
    while (done < bytes.length) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
    }
  }
}
