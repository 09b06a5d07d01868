import { SystemError } from '../errors/system-error.ts';
import { native, READABLE } from './native.ts';
import { Readiness } from './readiness.ts';

const CHUNK = 64 * 1024;

/** The most that a pipe can hold on systems as they come (pipe-max-size). */
const PIPE_CAPACITY = 1024 * 1024;

/**
 * Collects what a child writes into a pipe. The child has ended when `finish` is called, and what it wrote is in the
 * pipe by then; descendants that it left behind may hold the pipe open for as long as they like.
 */
export class Capture implements Disposable {
  /** The child's end. */
  readonly writer: number;
  readonly #reader: number;
  readonly #readiness: Readiness;
  readonly #limit: number;
  readonly #onExcess: () => void;
  readonly #scratch = Buffer.allocUnsafe(CHUNK);
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #writerOpen = true;
  #disposed = false;

  /** `onExcess` is called once, when more than `limit` bytes have come; what comes after is dropped. */
  constructor(options: { readonly limit: number; readonly onExcess: () => void }) {
    [this.#reader, this.writer] = native().pipe();
    this.#limit = options.limit;
    this.#onExcess = options.onExcess;
    native().setNonblocking(this.#reader);
    this.#readiness = new Readiness(this.#reader);
  }

  /** Closes our copy of the child's end, which has been handed on. */
  closeWriter(): void {
    if (!this.#writerOpen) return;
    this.#writerOpen = false;
    native().close(this.writer);
  }

  /** Reads until the end of the pipe or until disposal. */
  async collect(): Promise<void> {
    try {
      while (this.#drain()) await this.#readiness.wait(READABLE);
    } catch (error) {
      if (!(this.#disposed && error instanceof SystemError && error.errno === 'ECANCELED')) throw error;
    }
  }

  /** Reads what is left, without waiting, and returns all of it. */
  finish(): string {
    this.#drain();
    this[Symbol.dispose]();
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.closeWriter();
    this.#readiness[Symbol.dispose]();
    native().close(this.#reader);
  }

  /** Reads what is there, at most what fits into a pipe, lest a fast writer keep us. False at the end of the pipe. */
  #drain(): boolean {
    for (let drained = 0; drained < PIPE_CAPACITY && !this.#disposed; ) {
      const count = native().read(this.#reader, this.#scratch);
      if (count <= 0) return count < 0;
      this.#keep(this.#scratch.subarray(0, count));
      drained += count;
    }
    return true;
  }

  #keep(chunk: Buffer): void {
    const room = this.#limit - this.#length;
    if (room > 0) this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#length += chunk.length;
    if (room >= 0 && chunk.length > room) this.#onExcess();
  }
}
