import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { HostError } from '../errors/host-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { systemError } from './files.ts';
import { native, O_PATH, RESOLVE } from './native.ts';

/** A path as something inside `root` would see it: neither `..` nor links lead out. */
export interface PathInRoot {
  /** Absolute path of the folder that is the root. */
  readonly root: string;
  /** Absolute or relative, both from the root. */
  readonly path: string;
}

/**
 * Opens a path inside a root with openat2(2) and RESOLVE_IN_ROOT, and returns the descriptor, the caller's to close.
 * `flags` are those of open(2). Throws SystemError with the path inside the root.
 */
export function openInRoot({ root, path }: PathInRoot, options: { flags: number; mode?: number }): number {
  const folder = openFolder(root);
  try {
    const resolve = RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS;
    return native().openat2(folder, path, options.flags, options.mode ?? 0, resolve);
  } finally {
    closeSync(folder);
  }
}

function openFolder(path: string): number {
  try {
    return openSync(path, O_PATH | constants.O_DIRECTORY);
  } catch (error) {
    throw systemError(error);
  }
}

/**
 * The path on the host of what a path inside a root leads to. True at the moment of asking: where the inside is
 * hostile and still running, keep the descriptor of openInRoot and go through /proc/self/fd instead.
 */
export function resolveInRoot(place: PathInRoot): string {
  const descriptor = openInRoot(place, { flags: O_PATH });
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Opens a path inside a root without following more than its name (O_PATH), after making the folders of it that are
 * missing, with this mode. The descriptor is the caller's to close. Throws SystemError.
 */
export function ensureInRoot({ root, path }: PathInRoot, { mode }: { readonly mode: number }): number {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const there = openIfThere({ root, path: names.join('/') });
  if (there !== undefined) return there;
  // Each is opened inside the root anew, since what runs there may be at work in it.
  for (const [index, name] of names.entries()) {
    const existing = openIfThere({ root, path: names.slice(0, index + 1).join('/') });
    if (existing !== undefined) closeSync(existing);
    else makeFolder({ root, path: names.slice(0, index).join('/') }, { name, mode });
  }
  return openInRoot({ root, path: names.join('/') }, { flags: O_PATH });
}

function openIfThere({ root, path }: PathInRoot): number | undefined {
  try {
    return openInRoot({ root, path: path || '.' }, { flags: O_PATH });
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'ENOENT') return undefined;
    throw error;
  }
}

function makeFolder(
  { root, path }: PathInRoot,
  { name, mode }: { readonly name: string; readonly mode: number },
): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const parent = openInRoot({ root, path: path || '.' }, { flags: O_PATH | O_DIRECTORY });
  try {
    const made = `/proc/self/fd/${parent}/${name}`;
    mkdirSync(made);
    const folder = openSync(made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      fchmodSync(folder, mode);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    throw systemError(error);
  } finally {
    closeSync(parent);
  }
}

/**
 * Reads a regular file inside a root as UTF-8. Throws SystemError (ENOENT, ELOOP ...), and HostError FILE_UNREADABLE
 * for anything that is no regular file or is larger than `limit` bytes.
 */
export function readInRoot(place: PathInRoot, { limit }: { readonly limit: number }): string {
  // Without O_NONBLOCK, a FIFO in place of the file would keep us for ever.
  const descriptor = openInRoot(place, { flags: constants.O_RDONLY | constants.O_NONBLOCK });
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw unreadable(place, 'is not a regular file');
    if (status.size > limit) throw unreadable(place, `is larger than ${limit} bytes`);
    return readAll(descriptor, limit, place);
  } finally {
    closeSync(descriptor);
  }
}

/** The size may be zero for files that have content, and may change while it is read. */
function readAll(descriptor: number, limit: number, place: PathInRoot): string {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const count = readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk.subarray(0, count));
    length += count;
    if (length > limit) throw unreadable(place, `is larger than ${limit} bytes`);
  }
}

function unreadable({ root, path }: PathInRoot, why: string): HostError {
  return new HostError({
    code: 'FILE_UNREADABLE',
    message: `${path} in ${root} ${why}`,
  });
}
