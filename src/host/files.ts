import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fsync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SystemError } from '../errors/system-error.ts';
import { mountIdOf } from './mount-id.ts';

const sync = promisify(fsync);

export interface WriteOptions {
  /** Permission bits, whatever the umask; 0600 unless given. */
  readonly mode?: number;
  /** Survive a power loss: fsync of the file and of its folder. Without it the file survives the death of processes. */
  readonly durable?: boolean;
}

/**
 * Replaces a file as one step: readers see the old content or the new, never a part. On failure (ENOSPC too)
 * the old file stays. Throws SystemError.
 */
export async function replaceFile(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeNew(temporary, data, { ...options, flags: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw systemError(error, path);
  }
  if (options.durable) await syncFolder(dirname(path));
}

/** Writes a file that must not exist yet. Returns false, and writes nothing, if it does. Throws SystemError. */
export async function createFile(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<boolean> {
  try {
    await writeNew(path, data, { ...options, flags: 'wx' });
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    throw systemError(error, path);
  }
  if (options.durable) await syncFolder(dirname(path));
  return true;
}

/** Writes a file in place, for a caller that holds a lock and renames it later. Throws SystemError; a part may be left. */
export async function writeFile(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  try {
    await writeNew(path, data, { ...options, flags: 'w' });
  } catch (error) {
    throw systemError(error, path);
  }
}

async function writeNew(
  path: string,
  data: string | Uint8Array,
  { mode = 0o600, durable, flags }: WriteOptions & { readonly flags: 'w' | 'wx' },
): Promise<void> {
  const descriptor = openSync(path, flags, mode);
  try {
    writeWhole(descriptor, data);
    if ((mode & ~0o600) !== 0) chmodSync(path, mode);
    if (durable) await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeWhole(descriptor: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}

/** Makes the entries of a folder (names made, changed, removed) survive a power loss. Throws SystemError. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await sync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw systemError(error);
  }
}

/** The content of a file, or undefined if there is none. Throws SystemError, EFBIG if it exceeds `maximum` bytes (16 MiB unless given). */
export function readFile(path: string, maximum = 16 * 1024 * 1024): Buffer | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY);
    try {
      return readCapped(descriptor, { path, maximum });
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return undefined;
    throw systemError(error);
  }
}

/** Hundreds of records are read for one listing: a buffer for each would cost more than all the reading. */
let scratch: Buffer | undefined;

function readCapped(
  descriptor: number,
  { path, maximum }: { readonly path: string; readonly maximum: number },
): Buffer {
  scratch ??= Buffer.allocUnsafe(64 * 1024);
  let buffer = scratch;
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) return Buffer.from(buffer.subarray(0, length));
    length += count;
    if (length > maximum) throw new SystemError({ errno: 'EFBIG', syscall: 'read', path });
    if (length === buffer.length) buffer = Buffer.concat([buffer], 4 * buffer.length);
  }
}

/** The JSON in a file, or undefined if there is no file. Throws SystemError as `readFile`, SyntaxError if it is no JSON. */
export function readJson(path: string, maximum?: number): unknown {
  const content = readFile(path, maximum);
  return content === undefined ? undefined : JSON.parse(content.toString('utf8'));
}

/** The names in a folder, unsorted; empty if there is no such folder. Throws SystemError. */
export function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return [];
    throw systemError(error);
  }
}

export interface FolderOptions {
  /** Permission bits of each folder made here, whatever the umask; 0700 unless given. */
  readonly mode?: number;
  /** Survive a power loss: the names of the folders made here are synced to their parents. */
  readonly durable?: boolean;
}

/** Makes a folder and its missing parents; folders that were there are left as they are. Throws SystemError. */
export function ensureFolder(path: string, options: FolderOptions = {}): void {
  const { mode = 0o700, durable = false } = options;
  try {
    mkdirSync(path, mode);
    chmodSync(path, mode);
  } catch (error) {
    switch (errno(error)) {
      case 'ENOENT':
        ensureFolder(dirname(path), options);
        ensureFolder(path, options);
        return;
      case 'EEXIST':
        return;
      default:
        throw systemError(error);
    }
  }
  if (durable) syncFolderNow(dirname(path));
}

function syncFolderNow(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Renames, replacing a file or an empty folder that is there. Throws SystemError. */
export function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    throw systemError(error);
  }
}

/** Removes a file or link. Returns false if there was none. Throws SystemError. */
export function removeFile(path: string): boolean {
  return absentIsFalse(() => unlinkSync(path), ['ENOENT', 'ENOTDIR']);
}

/** Removes a folder if it is empty. Returns false if it was not there, or not empty. Throws SystemError. */
export function removeEmptyFolder(path: string): boolean {
  return absentIsFalse(() => rmdirSync(path), ['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST']);
}

function absentIsFalse(remove: () => void, absent: readonly string[]): boolean {
  try {
    remove();
    return true;
  } catch (error) {
    if (absent.includes(errno(error))) return false;
    throw systemError(error);
  }
}

const entriesPerTurn = 256;
const deepest = 64;

/**
 * Removes a file or a folder with all that is in it. No link is followed, at no level: every step goes from an
 * open folder to its own entry, so what runs beside it cannot lead it elsewhere. A mount on or below `path` is never
 * entered: then EBUSY is thrown. No error if there is nothing. Throws SystemError.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await removeWithin(path);
  } catch (error) {
    throw systemError(error);
  }
}

async function removeWithin(path: string): Promise<void> {
  if (!isFolder(path)) {
    removeFile(path);
    return;
  }
  const parent = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const top = openFolder(`/proc/self/fd/${parent}/${basename(path)}`);
    if (top === undefined) return;
    const removal: Removal = { path, top, mount: mountIdOf(parent), done: 0, lifted: 0, queue: [] };
    try {
      await removeContent(removal, { folder: top, depth: 0 });
      for (let name = removal.queue.pop(); name !== undefined; name = removal.queue.pop()) {
        await removeEntry(removal, { parent: top, name, depth: 0 });
      }
    } finally {
      closeSync(top);
    }
    absentIsFalse(() => rmdirSync(`/proc/self/fd/${parent}/${basename(path)}`), ['ENOENT']);
  } finally {
    closeSync(parent);
  }
}

interface Removal {
  readonly path: string;
  readonly top: number;
  /** The mount that all of the tree has to lie on. */
  readonly mount: string;
  /** Names in the top folder of what was too deep. */
  readonly queue: string[];
  done: number;
  lifted: number;
}

async function removeContent(
  removal: Removal,
  { folder, depth }: { readonly folder: number; readonly depth: number },
): Promise<void> {
  if (mountIdOf(folder) !== removal.mount) {
    throw new SystemError({ errno: 'EBUSY', syscall: 'rmdir', path: removal.path });
  }
  for (const name of readdirSync(`/proc/self/fd/${folder}`)) {
    await removeEntry(removal, { parent: folder, name, depth });
  }
}

async function removeEntry(
  removal: Removal,
  { parent, name, depth }: { readonly parent: number; readonly name: string; readonly depth: number },
): Promise<void> {
  removal.done += 1;
  if (removal.done % entriesPerTurn === 0) await nextTurn();
  const path = `/proc/self/fd/${parent}/${name}`;
  if (!isFolder(path)) {
    removeFile(path);
    return;
  }
  if (depth === deepest) {
    lift(removal, path);
    return;
  }
  const folder = openFolder(path);
  if (folder === undefined) return;
  try {
    await removeContent(removal, { folder, depth: depth + 1 });
  } finally {
    closeSync(folder);
  }
  absentIsFalse(() => rmdirSync(path), ['ENOENT']);
}

/** A descriptor is open at each level, and their number is bounded, whatever depth a container made. */
function lift(removal: Removal, path: string): void {
  const name = `.deep-${process.pid}-${removal.lifted}`;
  removal.lifted += 1;
  renameSync(path, `/proc/self/fd/${removal.top}/${name}`);
  removal.queue.push(name);
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function openFolder(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function errno(error: unknown): string {
  if (error instanceof SystemError) return error.errno;
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** Node's own errors of system calls as ours, about `path` where they do not tell; anything else unchanged. */
export function systemError(error: unknown, path?: string): unknown {
  const failure = error as NodeJS.ErrnoException;
  if (error instanceof SystemError || !(error instanceof Error) || failure.syscall === undefined)
    return error;
  return new SystemError({
    errno: failure.code ?? 'UNKNOWN',
    syscall: failure.syscall,
    path: failure.path ?? path,
    cause: error,
  });
}
