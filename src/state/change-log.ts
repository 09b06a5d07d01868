import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../contracts/store.ts';
import { StateError } from '../errors/state-error.ts';
import { ensureFolder, readFile, replaceFile } from '../host/files.ts';
import { corrupt, parseObject, parseRecord } from '../host/read-record.ts';

const format = 1;
const rotateBeyond = 1024 * 1024;
const tailWindow = 8 * 1024;

export const changeLogName = 'changes.log';

interface Header {
  readonly format: number;
  /** The lines tell every change after this version. */
  readonly after: number;
}

/**
 * The log of all changes of a store: a header line, then one line for each change. Every call is made under the store
 * lock. A line is the commit of its change: once it is whole, the change has happened, and whoever takes the lock next
 * finishes what its writer left undone.
 */
export interface ChangeLog {
  /** The last line, after cutting off one that its writer did not finish. Makes the log if there is none, with `first` as its version. */
  last(first: () => number): Promise<Last>;
  /** Adds a line that survives a power loss. Returns what undoes it, for a writer that could not carry the change out. */
  append(change: Change): () => void;
  /** Changes after a version, oldest first. Throws StateError GONE when the log begins later. */
  after(version: number): readonly Change[];
  /** Drops the older half once the log has grown too long. */
  rotate(): Promise<void>;
}

export interface Last {
  readonly version: number;
  /** Undefined at the beginning of a log. */
  readonly change: Change | undefined;
}

export function createChangeLog(folder: string): ChangeLog {
  const path = join(folder, changeLogName);

  return {
    async last(first) {
      const found = readLast(path);
      if (found !== undefined) return found;
      const after = first();
      ensureFolder(folder);
      await replaceFile(path, `${JSON.stringify({ format, after } satisfies Header)}\n`, { durable: true });
      return { version: after, change: undefined };
    },

    append: (change) => append(path, `${JSON.stringify(change)}\n`),

    after(version) {
      const lines = readLines(path);
      const header = parseHeader(lines[0] ?? '', path);
      if (version < header.after) throw gone(version, header.after);
      const later: Change[] = [];
      for (const line of lines.slice(1).toReversed()) {
        const change = parseChange(line, path);
        if (change.version <= version) break;
        later.push(change);
      }
      return later.reverse();
    },

    async rotate() {
      if (statSync(path).size <= rotateBeyond) return;
      const lines = readLines(path);
      const dropped = Math.ceil(lines.length / 2);
      const after = parseChange(lines[dropped - 1] ?? '', path).version;
      const header = JSON.stringify({ format, after } satisfies Header);
      await replaceFile(path, `${[header, ...lines.slice(dropped)].join('\n')}\n`, { durable: true });
    },
  };
}

function readLast(path: string): Last | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return lastLine(descriptor, { path, size: fstatSync(descriptor).size, window: tailWindow });
  } finally {
    closeSync(descriptor);
  }
}

interface Tail {
  readonly path: string;
  readonly size: number;
  /** How many bytes from the end to look at; doubled until a whole line is among them. */
  readonly window: number;
}

function lastLine(descriptor: number, tail: Tail): Last {
  const { path, size, window } = tail;
  const start = Math.max(0, size - window);
  const bytes = Buffer.alloc(size - start);
  readSync(descriptor, bytes, 0, bytes.length, start);
  const end = bytes.lastIndexOf('\n');
  const begin = end < 1 ? 0 : bytes.lastIndexOf('\n', end - 1) + 1;
  if (begin === 0 && start > 0) return lastLine(descriptor, { ...tail, window: window * 2 });
  if (end < 0) throw corrupt(path, 'it has no whole line');
  if (end + 1 < bytes.length) ftruncateSync(descriptor, start + end + 1);
  const line = bytes.toString('utf8', begin, end);
  if (start + begin === 0) return { version: parseHeader(line, path).after, change: undefined };
  const change = parseChange(line, path);
  return { version: change.version, change };
}

function append(path: string, line: string): () => void {
  const descriptor = openSync(path, 'a');
  try {
    const { size } = fstatSync(descriptor);
    const undo = () => truncateSync(path, size);
    try {
      const bytes = Buffer.from(line);
      let written = 0;
      while (written < bytes.length) written += writeSync(descriptor, bytes, written);
      fdatasyncSync(descriptor);
    } catch (error) {
      undo();
      throw error;
    }
    return undo;
  } finally {
    closeSync(descriptor);
  }
}

function readLines(path: string): readonly string[] {
  const text = readFile(path, 64 * rotateBeyond)?.toString('utf8') ?? '';
  return text.split('\n').slice(0, -1);
}

function parseHeader(line: string, path: string): Header {
  return parseRecord<Header>(line, { path, format });
}

function parseChange(line: string, path: string): Change {
  const change = parseObject(line, path);
  if (typeof change['version'] !== 'number') throw corrupt(path, 'a line has no version');
  return change as unknown as Change;
}

function gone(version: number, after: number): StateError {
  return new StateError({
    code: 'GONE',
    message: `the change log no longer reaches back to version ${version}; it begins after ${after}`,
    hint: 'list the objects anew and watch from the version now',
  });
}
