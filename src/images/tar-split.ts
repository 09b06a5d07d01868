import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Crc64 } from './crc64.ts';
import type { TarEntry } from './tar-header.ts';
import type { TarSink } from './tar-reader.ts';

/** Raw bytes gathered before they become a segment. */
const segmentSize = 1 << 19;
const batchSize = 1 << 18;

/**
 * Writes a tar-split file beside an unpack: all bytes of the tar but the contents of its files, whose place is kept
 * by name, size and CRC-64, so that the very archive can be put together again from the unpacked files
 * (the format of vbatts/tar-split: gzip of JSON lines). Sparse files are kept whole, since their unpacked form
 * has other bytes.
 */
export class TarSplit implements TarSink {
  readonly #gzip = createGzip({ level: 1 });
  readonly #done: Promise<void>;
  #segment: Buffer[] = [];
  #segmentLength = 0;
  #lines: string[] = [];
  #linesLength = 0;
  #position = 0;
  #entry: TarEntry | undefined;
  #crc = new Crc64();
  readonly #names = new Set<string>();
  #repeated = false;

  /** @param path of the file to write; it must not exist. */
  constructor(path: string) {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    this.#gzip.on('error', (error) => file.destroy(error));
    file.on('error', (error) => this.#gzip.destroy(error));
    this.#done = finished(this.#gzip.pipe(file));
    // Whoever waits hears of it; until then it must not count as unhandled.
    this.#done.catch(() => {});
  }

  raw(bytes: Buffer): void {
    this.#segment.push(Buffer.from(bytes));
    this.#segmentLength += bytes.length;
    if (this.#segmentLength >= segmentSize) this.#flushSegment();
  }

  entry(entry: TarEntry): void {
    this.#entry = entry;
    this.#crc = new Crc64();
  }

  content(bytes: Buffer): void {
    if (this.#entry?.sparse === undefined) this.#crc.update(bytes);
    else this.raw(bytes);
  }

  close(): void {
    const entry = this.#entry;
    if (entry === undefined || entry.sparse !== undefined) return;
    const key = clean(entry.name);
    const seen = this.#names.has(key);
    this.#names.add(key);
    if (seen) {
      // Readers refuse a second entry of one name. Without content it adds nothing; with content the first one's is lost.
      this.#repeated ||= entry.size > 0;
      return;
    }
    this.#flushSegment();
    this.#line({
      type: 1,
      ...nameOf(entry.name),
      ...(entry.size > 0 ? { size: entry.size } : {}),
      payload: entry.size > 0 ? this.#crc.digest().toString('base64') : null,
      position: this.#position++,
    });
  }

  /** Resolves when more may be written. Rejects if the file cannot be written. */
  async ready(): Promise<void> {
    if (this.#gzip.destroyed) await this.#done;
    if (this.#gzip.writableNeedDrain) await Promise.race([once(this.#gzip, 'drain'), this.#done]);
  }

  /** Ends the file. False if the archive cannot be put together again (two contents of one name). */
  async finish(): Promise<boolean> {
    this.#flushSegment();
    this.#flushLines();
    this.#gzip.end();
    await this.#done;
    return !this.#repeated;
  }

  /** Gives up; what was written stays. */
  async abandon(): Promise<void> {
    this.#gzip.destroy(new Error('abandoned'));
    await this.#done.catch(() => {});
  }

  #flushSegment(): void {
    if (this.#segmentLength === 0) return;
    const payload = Buffer.concat(this.#segment, this.#segmentLength).toString('base64');
    this.#segment = [];
    this.#segmentLength = 0;
    this.#line({ type: 2, payload, position: this.#position++ });
  }

  #line(value: object): void {
    const line = `${JSON.stringify(value)}\n`;
    this.#lines.push(line);
    this.#linesLength += line.length;
    if (this.#linesLength >= batchSize) this.#flushLines();
  }

  #flushLines(): void {
    if (this.#linesLength === 0) return;
    this.#gzip.write(this.#lines.join(''));
    this.#lines = [];
    this.#linesLength = 0;
  }
}

/** UTF-8 names are text, others base64 of their bytes. */
function nameOf(name: string): { name: string } | { name_raw: string } {
  if (/^[\x01-\x7f]*$/.test(name)) return { name };
  const bytes = Buffer.from(name, 'latin1');
  const decoded = bytes.toString('utf8');
  return Buffer.from(decoded).equals(bytes) ? { name: decoded } : { name_raw: bytes.toString('base64') };
}

/** The name as readers compare it: without empty, `.` and resolvable `..` parts. */
function clean(name: string): string {
  if (!/(^|\/)\.{0,2}(\/|$)/.test(name)) return name;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return (name.startsWith('/') ? '/' : '') + parts.join('/');
}
