import { ImageError } from '../errors/image-error.ts';

/** What a tar entry makes. */
export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';

/** A run of stored bytes in a sparse file: `offset` in the file, `length` in bytes. */
export interface SparseRun {
  readonly offset: number;
  readonly length: number;
}

/**
 * One entry of a tar, all extensions applied. Names are byte strings: one character (0-255) per byte, since a
 * tar's names need not be UTF-8.
 */
export interface TarEntry {
  readonly name: string;
  readonly type: TarEntryType;
  /** Bytes of content as it is stored in the archive. Zero for all but files. */
  readonly storedSize: number;
  /** Bytes of the file when unpacked. Differs from `storedSize` only for sparse files. */
  readonly size: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly mtime: bigint;
  readonly linkName: string;
  readonly major: number;
  readonly minor: number;
  /** Extended attributes by name, values as byte strings. */
  readonly xattrs: ReadonlyMap<string, string>;
  readonly sparse?: readonly SparseRun[];
}

/** The fields of one 512-byte header block, extensions not yet applied. */
export interface TarHeader {
  readonly typeflag: string;
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly linkName: string;
  readonly major: number;
  readonly minor: number;
}

export const blockSize = 512;

/** Decodes a header block. Throws ImageError LAYER_INVALID for a wrong checksum or number. */
export function decodeHeader(block: Buffer): TarHeader {
  if (!checksumMatches(block)) throw invalid('a header has a wrong checksum');
  const posix = block.toString('latin1', 257, 263) === 'ustar\0';
  const name = text(block, 0, 100);
  const prefix = posix ? text(block, 345, 155) : '';
  const devices = block.toString('latin1', 257, 262) === 'ustar';
  return {
    typeflag: String.fromCharCode(block[156] ?? 0),
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8),
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: natural(number(block, 124, 12)),
    mtime: number(block, 136, 12),
    linkName: text(block, 157, 100),
    major: devices ? number(block, 329, 8) : 0,
    minor: devices ? number(block, 337, 8) : 0,
  };
}

/** Whether the block is all zeros, as the two at the end of an archive are. */
export function isZeroBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Decodes the records of a pax extended header (POSIX pax, "pax Extended Header"), values as byte strings.
 * Throws ImageError LAYER_INVALID.
 */
export function decodePax(data: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : decimal(data.toString('latin1', at, space));
    const end = at + length;
    const equals = data.indexOf(0x3d, space + 1);
    const sound = end <= data.length && equals > space && equals < end && data[end - 1] === 0x0a;
    if (!sound) throw invalid('a pax header has a malformed record');
    addRecord(
      records,
      data.toString('latin1', space + 1, equals),
      data.toString('latin1', equals + 1, end - 1),
    );
    at = end;
  }
  return records;
}

/** The first sparse format repeats two keys per run; they are gathered into the one key of the next format. */
function addRecord(records: Map<string, string>, key: string, value: string): void {
  const repeated = key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes';
  const map = repeated ? records.get('GNU.sparse.map') : undefined;
  records.set(repeated ? 'GNU.sparse.map' : key, map === undefined ? value : `${map},${value}`);
}

/** A pax time (seconds with a decimal fraction, maybe negative) in nanoseconds. Throws ImageError LAYER_INVALID. */
export function decodePaxTime(value: string): bigint {
  const match = /^(-?)(\d{1,12})(?:\.(\d*))?$/.exec(value);
  if (match === null) throw invalid('a pax header has a malformed time');
  const fraction = (match[3] ?? '').slice(0, 9).padEnd(9, '0');
  const nanoseconds = BigInt(match[2] ?? '') * 1_000_000_000n + BigInt(fraction);
  return match[1] === '-' ? -nanoseconds : nanoseconds;
}

/** A decimal natural number as pax records have it. Throws ImageError LAYER_INVALID. */
export function decimal(value: string): number {
  if (!/^\d{1,16}$/.test(value)) throw invalid('a pax header has a malformed number');
  return natural(Number(value));
}

/** The NUL-terminated text of a field, as a byte string. */
export function text(block: Buffer, offset: number, length: number): string {
  const end = block.indexOf(0, offset);
  return block.toString('latin1', offset, end < 0 || end > offset + length ? offset + length : end);
}

/** A number field: octal digits, or base-256 where the first bit is set (GNU), which may be negative. */
export function number(block: Buffer, offset: number, length: number): number {
  const first = block[offset] ?? 0;
  if ((first & 0x80) !== 0) return base256(block.subarray(offset, offset + length));
  let value = 0;
  let digits = 0;
  for (let at = offset; at < offset + length; at++) {
    const byte = block[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x37) {
      value = value * 8 + byte - 0x30;
      digits++;
    } else if (byte === 0x20 || byte === 0) {
      if (digits > 0) break;
    } else {
      throw invalid('a header has a malformed number');
    }
  }
  return value;
}

function base256(field: Buffer): number {
  const negative = ((field[0] ?? 0) & 0x40) !== 0;
  let value = BigInt((field[0] ?? 0) & 0x7f);
  for (const byte of field.subarray(1)) value = value * 256n + BigInt(byte);
  if (negative) value -= 1n << BigInt(field.length * 8 - 1);
  const result = Number(value);
  if (!Number.isSafeInteger(result)) throw invalid('a header has a number that is too large');
  return result;
}

function natural(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid('a header has a size out of range');
  return value;
}

/** The sum of all bytes with the checksum field as spaces; old writers summed signed bytes. */
function checksumMatches(block: Buffer): boolean {
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < blockSize; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const stored = number(block, 148, 8);
  return stored === unsigned || stored === signed;
}

export function invalid(reason: string): ImageError {
  return new ImageError({
    code: 'LAYER_INVALID',
    kind: 'external',
    message: `the tar archive is not valid: ${reason}`,
    hint: 'the file may be damaged or cut off; make or fetch it again',
  });
}
