import { checkRuns, decodeGnuRuns, decodeLeadingMap, decodePaxMap, gnuRealSize } from './sparse.ts';
import {
  blockSize,
  decimal,
  decodeHeader,
  decodePax,
  decodePaxTime,
  invalid,
  isZeroBlock,
  type SparseRun,
  type TarEntry,
  type TarEntryType,
  type TarHeader,
} from './tar-header.ts';

/** Takes what a TarReader finds, in the order of the stream. Buffers are views that are valid during the call only. */
export interface TarSink {
  /** Bytes between contents: headers, extension data, padding, the end and what follows it. */
  raw(bytes: Buffer): void;
  entry(entry: TarEntry): void;
  /** Stored bytes of the current entry's content, `storedSize` in all. */
  content(bytes: Buffer): void;
  /** The current entry's content is complete. */
  close(): void;
}

/** What one extension header may hold at most, as in Go's reader. */
const maxExtension = 1 << 20;
const maxName = 4095;
/** What a leading sparse map may take; it is parsed anew with each chunk. */
const maxLeadingMap = 1 << 20;

const types: Readonly<Record<string, TarEntryType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
  S: 'file',
};

interface Extensions {
  pax: Map<string, string>;
  longName?: string;
  longLink?: string;
}

/** What the next bytes are, and what happens once they are there. */
type Expected =
  | { readonly state: 'collect'; readonly length: number; readonly take: (bytes: Buffer) => void }
  | { readonly state: 'content' }
  | { readonly state: 'padding' }
  | { readonly state: 'leading-map' }
  | { readonly state: 'end' };

/**
 * Reads a tar from chunks of any size: ustar, pax (local and global headers), GNU (long names, base-256 numbers),
 * sparse files of all formats. Follows Go's reader where writers differ, since that is what other container tools
 * use: links, devices and folders have no content whatever their size field says.
 * Everything it is given is hostile; it throws ImageError LAYER_INVALID, and holds at most one extension in memory.
 */
export class TarReader {
  readonly #sink: TarSink;
  readonly #globals = new Map<string, string>();
  #extensions: Extensions = { pax: new Map() };
  #expected: Expected;
  #held: Buffer = Buffer.alloc(0);
  #heldLength = 0;
  #content = 0;
  #padding = 0;
  #between = true;

  constructor(sink: TarSink) {
    this.#sink = sink;
    this.#expected = this.#headerNext();
  }

  /** Takes the next bytes of the archive. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at += this.#step(at === 0 ? chunk : chunk.subarray(at));
  }

  /** Bytes of content that come next; the caller may leave out up to so many of them and say so with `skip`. */
  get skippable(): number {
    return this.#expected.state === 'content' ? this.#content : 0;
  }

  skip(length: number): void {
    this.#content -= length;
    if (this.#content === 0) this.#closeContent();
  }

  /** The archive has ended. Throws if it ended inside an entry. */
  end(): void {
    const complete = this.#expected.state === 'end' || (this.#between && this.#heldLength === 0);
    if (!complete) throw invalid('it ends inside an entry');
  }

  #step(bytes: Buffer): number {
    const expected = this.#expected;
    switch (expected.state) {
      case 'collect':
        return this.#collect(bytes, expected);
      case 'content':
        return this.#passContent(bytes);
      case 'padding':
        return this.#passPadding(bytes);
      case 'leading-map':
        return this.#collectMap(bytes);
      case 'end':
        this.#sink.raw(bytes);
        return bytes.length;
    }
  }

  #collect(bytes: Buffer, { length, take }: Extract<Expected, { state: 'collect' }>): number {
    if (this.#heldLength === 0 && bytes.length >= length) {
      const whole = bytes.subarray(0, length);
      this.#sink.raw(whole);
      take(whole);
      return length;
    }
    if (this.#heldLength === 0 && this.#held.length !== length) this.#held = Buffer.allocUnsafe(length);
    const taken = Math.min(bytes.length, length - this.#heldLength);
    bytes.copy(this.#held, this.#heldLength, 0, taken);
    this.#heldLength += taken;
    if (this.#heldLength === length) {
      this.#heldLength = 0;
      this.#sink.raw(this.#held);
      take(this.#held);
    }
    return taken;
  }

  #headerNext(): Expected {
    this.#between = true;
    return { state: 'collect', length: blockSize, take: (block) => this.#header(block) };
  }

  #header(block: Buffer): void {
    if (block[0] === 0 && isZeroBlock(block)) {
      if (this.#pending()) throw invalid('an extension header is not followed by an entry');
      this.#expected = { state: 'end' };
      return;
    }
    this.#between = false;
    const header = decodeHeader(block);
    const apply = this.#extensionKinds[header.typeflag];
    if (apply !== undefined) this.#extension(header, apply);
    else if (header.typeflag === 'S') this.#gnuSparse(header, block);
    else this.#entry(header);
  }

  /** What the data of each kind of extension header means for the next entry. */
  readonly #extensionKinds: Readonly<Record<string, (data: Buffer) => void>> = {
    x: (data) => addAll(this.#extensions.pax, decodePax(data)),
    X: (data) => addAll(this.#extensions.pax, decodePax(data)),
    g: (data) => addAll(this.#globals, decodePax(data)),
    L: (data) => {
      this.#extensions.longName = terminated(data);
    },
    K: (data) => {
      this.#extensions.longLink = terminated(data);
    },
  };

  #pending(): boolean {
    const { pax, longName, longLink } = this.#extensions;
    return pax.size > 0 || longName !== undefined || longLink !== undefined;
  }

  #extension({ size }: TarHeader, apply: (data: Buffer) => void): void {
    if (size > maxExtension) throw invalid('an extension header is too large');
    const take = (data: Buffer) => {
      apply(data.subarray(0, size));
      this.#expected = this.#headerNext();
      this.#between = !this.#pending();
    };
    if (size === 0) take(Buffer.alloc(0));
    else this.#expected = { state: 'collect', length: padded(size), take };
  }

  #gnuSparse(header: TarHeader, block: Buffer): void {
    const { runs, more } = decodeGnuRuns(block, 'header');
    const size = gnuRealSize(block);
    if (!more) {
      this.#entry(header, { runs, size });
      return;
    }
    const take = (extension: Buffer) => {
      const next = decodeGnuRuns(extension, 'extension');
      runs.push(...next.runs);
      if (runs.length > 1_000_000) throw invalid('a sparse file has too many runs');
      if (!next.more) this.#entry(header, { runs, size });
    };
    this.#expected = { state: 'collect', length: blockSize, take };
  }

  #entry(header: TarHeader, gnu?: { runs: SparseRun[]; size: number }): void {
    const records = merge(this.#globals, this.#extensions.pax);
    const entry = toEntry(header, { ...this.#extensions, pax: records });
    this.#content = entry.storedSize;
    this.#padding = padded(entry.storedSize) - entry.storedSize;
    this.#extensions = { pax: new Map() };
    if (records.get('GNU.sparse.major') === '1' && entry.type === 'file') {
      this.#sparse = { entry, size: decimal(records.get('GNU.sparse.realsize') ?? '0') };
      this.#held = Buffer.alloc(0);
      this.#expected = { state: 'leading-map' };
      return;
    }
    const map = records.get('GNU.sparse.map');
    const realSize = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size');
    if (gnu !== undefined) this.#open(withRuns(entry, gnu));
    else if (map !== undefined && realSize !== undefined) {
      this.#open(withRuns(entry, { runs: decodePaxMap(map), size: decimal(realSize) }));
    } else this.#open(entry);
  }

  #sparse: { entry: TarEntry; size: number } | undefined;

  #collectMap(bytes: Buffer): number {
    const available = Math.min(bytes.length, this.#content - this.#held.length);
    const before = this.#held.length;
    const data = Buffer.concat([this.#held, bytes.subarray(0, available)]);
    const map = decodeLeadingMap(data);
    if (map === undefined) {
      if (data.length >= Math.min(this.#content, maxLeadingMap))
        throw invalid('a sparse file has a malformed map');
      this.#held = data;
      return available;
    }
    this.#held = Buffer.alloc(0);
    this.#sink.raw(data.subarray(0, map.length));
    this.#content -= map.length;
    const { entry, size } = this.#sparse ?? { entry: undefined, size: 0 };
    this.#sparse = undefined;
    if (entry !== undefined) {
      this.#open(withRuns({ ...entry, storedSize: this.#content }, { runs: map.runs, size }));
    }
    return map.length - before;
  }

  #open(entry: TarEntry): void {
    this.#sink.entry(entry);
    if (this.#content === 0) this.#closeContent();
    else this.#expected = { state: 'content' };
  }

  #passContent(bytes: Buffer): number {
    const taken = Math.min(bytes.length, this.#content);
    this.#sink.content(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    this.#content -= taken;
    if (this.#content === 0) this.#closeContent();
    return taken;
  }

  #closeContent(): void {
    this.#sink.close();
    this.#expected = this.#padding === 0 ? this.#headerNext() : { state: 'padding' };
  }

  #passPadding(bytes: Buffer): number {
    const taken = Math.min(bytes.length, this.#padding);
    this.#sink.raw(bytes.subarray(0, taken));
    this.#padding -= taken;
    if (this.#padding === 0) this.#expected = this.#headerNext();
    return taken;
  }
}

function addAll(target: Map<string, string>, records: ReadonlyMap<string, string>): void {
  for (const [key, value] of records) target.set(key, value);
}

/** Local records win over global ones; an empty local one takes a global one away. */
function merge(globals: ReadonlyMap<string, string>, locals: Map<string, string>): Map<string, string> {
  if (globals.size === 0) return locals;
  return new Map([...globals, ...locals]);
}

function toEntry(header: TarHeader, { pax, longName, longLink }: Extensions): TarEntry {
  const record = (key: string): string | undefined => pax.get(key) || undefined;
  const name = record('GNU.sparse.name') ?? record('path') ?? longName ?? header.name;
  const linkName = record('linkpath') ?? longLink ?? header.linkName;
  // Before POSIX there was no type for folders.
  const type = header.typeflag === '\0' && name.endsWith('/') ? 'directory' : types[header.typeflag];
  if (type === undefined) throw invalid(`an entry has the unknown type ${JSON.stringify(header.typeflag)}`);
  if (name === '' || name.length > maxName || linkName.length > maxName || /\0/.test(name + linkName)) {
    throw invalid('an entry has a name that no file can have');
  }
  const numeric = (key: string, otherwise: number): number => {
    const value = record(key);
    return value === undefined ? otherwise : decimal(value);
  };
  const mtime = record('mtime');
  const size = type === 'file' ? numeric('size', header.size) : 0;
  return {
    name,
    type,
    storedSize: size,
    size,
    mode: header.mode & 0o7777,
    uid: identity(numeric('uid', header.uid)),
    gid: identity(numeric('gid', header.gid)),
    mtime: mtime === undefined ? BigInt(header.mtime) * 1_000_000_000n : decodePaxTime(mtime),
    linkName,
    major: header.major,
    minor: header.minor,
    xattrs: xattrsOf(pax),
  };
}

const noXattrs: ReadonlyMap<string, string> = new Map();
const xattrPrefix = 'SCHILY.xattr.';

function xattrsOf(pax: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let found: Map<string, string> | undefined;
  for (const [key, value] of pax) {
    if (!key.startsWith(xattrPrefix)) continue;
    found ??= new Map();
    found.set(key.slice(xattrPrefix.length), value);
  }
  return found ?? noXattrs;
}

/** 2^32-1 means "leave it" to chown, so that no file can have it as owner. */
function identity(value: number): number {
  if (value < 0 || value >= 0xffff_ffff) throw invalid('an entry has an owner that no file can have');
  return value;
}

function withRuns(entry: TarEntry, { runs, size }: { runs: SparseRun[]; size: number }): TarEntry {
  if (entry.type !== 'file') throw invalid('an entry that is not a file is sparse');
  checkRuns({ runs, size }, entry.storedSize);
  return { ...entry, size, sparse: runs };
}

function terminated(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('latin1', 0, end < 0 ? data.length : end);
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
