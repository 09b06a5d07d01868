import { type FileHandle, open } from 'node:fs/promises';

const BLOCK = 64 * 1024;
const LINE_END = 0x0a;
/** conmon's records are far shorter; more than this without a line end is no log. */
const RECORD_LIMIT = 1024 * 1024;

/** One file of a log, held open: it stays readable when it is renamed or removed. */
export class LogFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly inode: number;
  readonly modified: Date;
  /** Where the next record begins. */
  #position = 0;

  private constructor(handle: FileHandle, { ino, mtime }: { readonly ino: number; readonly mtime: Date }) {
    this.#handle = handle;
    this.inode = ino;
    this.modified = mtime;
  }

  /** Undefined when there is no such file. */
  static async open(path: string): Promise<LogFile | undefined> {
    try {
      const handle = await open(path);
      return new LogFile(handle, await handle.stat());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The records from here to the end, without line ends. One that is not yet ended is left for the next call. */
  async *records(): AsyncGenerator<string> {
    let rest: Buffer = Buffer.alloc(0);
    for (let at = this.#position; ; ) {
      const block = await this.#read(at, BLOCK);
      if (block.length === 0) return;
      at += block.length;
      const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
        const record = bytes.toString('utf8', start, end);
        this.#position += end + 1 - start;
        start = end + 1;
        yield record;
      }
      rest = bytes.subarray(start);
      if (rest.length > RECORD_LIMIT) {
        rest = rest.subarray(rest.length);
        this.#position = at;
      }
    }
  }

  /**
   * Moves to where the last `wanted` lines begin, reading backwards from the end and no more than that takes.
   * Returns how many of them this file has.
   */
  async seekTail(wanted: number): Promise<number> {
    const { size } = await this.#handle.stat();
    const tail = new Tail(wanted);
    let rest: Buffer = Buffer.alloc(0);
    for (let end = size; end > 0 && !tail.full; ) {
      const start = Math.max(end - BLOCK, 0);
      const bytes = Buffer.concat([await this.#read(start, end - start), rest]);
      end = start;
      const whole = start === 0 ? 0 : firstWhole(bytes);
      tail.take(bytes.subarray(whole), start + whole);
      rest = bytes.subarray(0, whole);
    }
    this.#position = tail.position ?? size;
    return tail.lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  async #read(position: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  }
}

/** Where the first record begins that is surely whole: what is before may have begun in an earlier block. */
function firstWhole(bytes: Buffer): number {
  const end = bytes.indexOf(LINE_END);
  return end < 0 ? bytes.length : end + 1;
}

/** Counts lines from the end backwards. A line is a record with tag F and the parts before it. */
class Tail {
  readonly #wanted: number;
  lines = 0;
  full = false;
  /** Where the first line that counts begins. */
  position: number | undefined;

  constructor(wanted: number) {
    this.#wanted = wanted;
    this.full = wanted === 0;
  }

  /** Takes whole records that begin at `offset` of the file; each call those before the last one's. */
  take(bytes: Buffer, offset: number): void {
    for (let end = bytes.length; end > 0 && !this.full; ) {
      // The byte before `end` is the line end of this very record.
      const start = end < 2 ? 0 : bytes.lastIndexOf(LINE_END, end - 2) + 1;
      this.#count(bytes.toString('latin1', start, end), offset + start);
      end = start;
    }
  }

  #count(record: string, start: number): void {
    const [, , tag] = record.split(' ', 3);
    const endsLine = !tag?.startsWith('P');
    if (endsLine || this.lines === 0) {
      if (this.lines === this.#wanted) {
        this.full = true;
        return;
      }
      this.lines += 1;
    }
    this.position = start;
  }
}
