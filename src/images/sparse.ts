import { decimal, invalid, number, type SparseRun } from './tar-header.ts';

/** More runs than any real file has; a map of this size still takes only some megabytes. */
const maxRuns = 1_000_000;

/** What a sparse file's map says. */
export interface SparseMap {
  readonly runs: readonly SparseRun[];
  readonly size: number;
}

/** The runs in an old GNU header (type `S`, at 386) or one of its extension blocks (at 0), and whether more blocks follow. */
export function decodeGnuRuns(
  block: Buffer,
  place: 'header' | 'extension',
): { runs: SparseRun[]; more: boolean } {
  const [start, count, flag] = place === 'header' ? [386, 4, 482] : [0, 21, 504];
  const runs: SparseRun[] = [];
  for (let index = 0; index < count; index++) {
    const at = start + index * 24;
    if (block[at] === 0) break;
    runs.push({ offset: number(block, at, 12), length: number(block, at + 12, 12) });
  }
  return { runs, more: block[flag] !== 0 };
}

/** The unpacked size in an old GNU sparse header. */
export function gnuRealSize(block: Buffer): number {
  return number(block, 483, 12);
}

/** The map of pax formats 0.0 and 0.1: `GNU.sparse.map` with comma-separated offset and length pairs. */
export function decodePaxMap(map: string): SparseRun[] {
  return pairs(map === '' ? [] : map.split(','));
}

/**
 * Reads pax format 1.0's map from the head of the file's content: lines of decimal numbers, the first the count of
 * runs, padded to a block. Returns undefined while `data` is too short to hold the map.
 */
export function decodeLeadingMap(data: Buffer): { runs: SparseRun[]; length: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = data.indexOf(0x0a, at);
    if (end < 0) {
      if (data.length - at > 20) throw invalid('a sparse file has a malformed map');
      return undefined;
    }
    const value = data.toString('latin1', at, end);
    at = end + 1;
    return value;
  };
  const head = line();
  if (head === undefined) return undefined;
  const count = decimal(head);
  if (count > maxRuns) throw invalid('a sparse file has too many runs');
  const numbers: string[] = [];
  while (numbers.length < count * 2) {
    const value = line();
    if (value === undefined) return undefined;
    numbers.push(value);
  }
  const length = Math.ceil(at / 512) * 512;
  return data.length < length ? undefined : { runs: pairs(numbers), length };
}

/** Throws ImageError LAYER_INVALID unless the runs are in order, inside the file, and as long as what is stored. */
export function checkRuns({ runs, size }: SparseMap, storedSize: number): void {
  if (runs.length > maxRuns) throw invalid('a sparse file has too many runs');
  let end = 0;
  let stored = 0;
  for (const { offset, length } of runs) {
    if (offset < end || length < 0 || offset + length > size)
      throw invalid('a sparse file has a malformed map');
    end = offset + length;
    stored += length;
  }
  if (stored !== storedSize) throw invalid('a sparse file has a map that does not fit its content');
}

function pairs(numbers: readonly string[]): SparseRun[] {
  if (numbers.length % 2 !== 0) throw invalid('a sparse file has a malformed map');
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({
    offset: decimal(numbers[index * 2] ?? ''),
    length: decimal(numbers[index * 2 + 1] ?? ''),
  }));
}
