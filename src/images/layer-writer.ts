import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { ImageError } from '../errors/image-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import { native } from '../host/native.ts';
import { bytePath, within } from './byte-path.ts';
import { removeEntry } from './remove-entry.ts';
import type { SparseRun, TarEntry } from './tar-header.ts';
import type { TarSink } from './tar-reader.ts';
import { Tree } from './tree.ts';
import { parseWhiteout } from './whiteout.ts';

/** What one layer may be at most. */
export interface LayerLimits {
  readonly entries: number;
  /** Bytes of all files unpacked, holes included. */
  readonly bytes: number;
}

type Place = string | Buffer;

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const specialTypes = {
  character: constants.S_IFCHR,
  block: constants.S_IFBLK,
  fifo: constants.S_IFIFO,
} as const;
const opaque = 'trusted.overlay.opaque';

/**
 * Makes files from the entries of a layer, below a folder that is empty at first: owner, mode, times in nanoseconds,
 * extended attributes, devices, links; whiteouts as overlayfs wants them. An entry replaces an earlier one of its
 * name. The root's own mode, owner and times are left as they are, as containers/storage does.
 * Throws ImageError LAYER_INVALID, TOO_LARGE; StorageError NO_SPACE; SystemError.
 */
export class LayerWriter implements TarSink, Disposable {
  readonly uids = new Set<number>();
  readonly gids = new Set<number>();
  readonly #tree: Tree;
  readonly #limits: LayerLimits;
  readonly #folderTimes = new Map<string, bigint>();
  #entries = 0;
  #bytes = 0;
  #open: OpenFile | undefined;

  constructor(folder: string, limits: LayerLimits) {
    this.#tree = new Tree(folder);
    this.#limits = limits;
  }

  raw(): void {}

  entry(entry: TarEntry): void {
    this.#count(entry);
    const path = within(entry.name);
    if (path === '' || path.startsWith('.wh..wh.plnk/')) return;
    try {
      this.#make(entry, path);
    } catch (error) {
      throw explain(error, entry.name);
    }
  }

  content(bytes: Buffer): void {
    const file = this.#open;
    if (file === undefined) return;
    try {
      file.write(bytes);
    } catch (error) {
      throw explain(error, file.entry.name);
    }
  }

  close(): void {
    const file = this.#open;
    if (file === undefined) return;
    this.#open = undefined;
    try {
      file.finish();
      this.#attributes(file.entry, file.place);
      native().lutimes(file.place, file.entry.mtime, file.entry.mtime);
    } catch (error) {
      throw explain(error, file.entry.name);
    }
  }

  /** Sets the times of folders, which making files in them has changed. To be called once, at the end. */
  finish(): void {
    for (const [path, mtime] of this.#folderTimes) {
      try {
        native().lutimes(this.#tree.place(path), mtime, mtime);
      } catch (error) {
        // A later entry may have put something else in the way.
        if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw explain(error, path);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#open?.abandon();
    this.#tree[Symbol.dispose]();
  }

  #count(entry: TarEntry): void {
    this.#entries++;
    this.#bytes += entry.size;
    if (this.#entries <= this.#limits.entries && this.#bytes <= this.#limits.bytes) return;
    throw new ImageError({
      code: 'TOO_LARGE',
      kind: 'external',
      message: `the layer has more than ${this.#limits.entries} entries or ${this.#limits.bytes} bytes`,
      hint: 'no image needs a layer of that size; it may have been made to fill the disk',
    });
  }

  #make(entry: TarEntry, path: string): void {
    const base = path.slice(path.lastIndexOf('/') + 1);
    const whiteout = parseWhiteout(base);
    const folder = path.slice(0, Math.max(path.length - base.length - 1, 0));
    switch (whiteout?.type) {
      case undefined:
        this.uids.add(entry.uid);
        this.gids.add(entry.gid);
        this.#makeOrdinary(entry, path);
        break;
      case 'opaque':
        native().lsetxattr(this.#tree.folder(folder), opaque, Buffer.from('y'));
        break;
      case 'removed':
        this.#whiteOut(entry, { folder, name: whiteout.name });
        break;
      case 'bookkeeping':
    }
  }

  #whiteOut(entry: TarEntry, { folder, name }: { folder: string; name: string }): void {
    if (name === '' || name === '.' || name === '..') {
      throw new ImageError({
        code: 'LAYER_INVALID',
        kind: 'external',
        message: `the whiteout ${printable(entry.name)} names no file`,
      });
    }
    const place = this.#tree.place(folder === '' ? name : `${folder}/${name}`);
    const existing = lstatSync(place, { throwIfNoEntry: false });
    if (existing === undefined) {
      native().mknod(place, constants.S_IFCHR, 0, 0);
      lchownSync(place, entry.uid, entry.gid);
    } else if (existing.isDirectory()) {
      // The layer has a folder of its own there: only what lower layers have in it is gone.
      native().lsetxattr(place, opaque, Buffer.from('y'));
    }
  }

  #makeOrdinary(entry: TarEntry, path: string): void {
    switch (entry.type) {
      case 'file': {
        const descriptor = this.#fresh(path, (place) => openSync(place, newFile, 0o600));
        this.#open = new OpenFile(entry, this.#tree.place(path), descriptor);
        return;
      }
      case 'hardlink':
        this.#makeHardlink(entry, path);
        return;
      case 'directory':
        this.#makeFolder(path);
        break;
      case 'symlink':
        this.#fresh(path, (place) => symlinkSync(bytePath(entry.linkName), place));
        break;
      case 'character':
      case 'block':
      case 'fifo': {
        const type = specialTypes[entry.type];
        this.#fresh(path, (place) => native().mknod(place, type | 0o600, entry.major, entry.minor));
      }
    }
    const place = this.#tree.place(path);
    // Changing the owner takes setuid bits and capabilities away, so they come after.
    lchownSync(place, entry.uid, entry.gid);
    if (entry.type !== 'symlink') chmodSync(place, entry.mode);
    this.#attributes(entry, place);
    if (entry.type === 'directory') this.#folderTimes.set(path, entry.mtime);
    else native().lutimes(place, entry.mtime, entry.mtime);
  }

  #makeFolder(path: string): void {
    const place = this.#tree.place(path);
    const existing = lstatSync(place, { throwIfNoEntry: false });
    if (existing?.isDirectory()) return;
    this.#fresh(path, (fresh) => mkdirSync(fresh));
    const hidesLower = existing?.isCharacterDevice() && existing.rdev === 0;
    if (hidesLower) native().lsetxattr(this.#tree.place(path), opaque, Buffer.from('y'));
  }

  #makeHardlink(entry: TarEntry, path: string): void {
    const target = within(entry.linkName);
    if (target === path) return;
    this.#fresh(path, (place) => linkSync(this.#tree.place(target), place));
  }

  /** Makes what must not exist yet; what is in the way is removed first. */
  #fresh<T>(path: string, make: (place: Place) => T): T {
    try {
      return make(this.#tree.place(path));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    removeEntry(this.#tree.place(path));
    this.#tree.forget();
    return make(this.#tree.place(path));
  }

  #attributes(entry: TarEntry, place: Place): void {
    for (const [name, value] of entry.xattrs) {
      if (isOverlayPrivate(name) || (name.startsWith('user.') && !mayHaveUserAttributes(entry))) continue;
      try {
        native().lsetxattr(place, bytePath(name), Buffer.from(value, 'latin1'));
      } catch (error) {
        // The file system that the store lies on cannot keep it; other tools go on without, too.
        if (errnoOf(error) !== 'EOPNOTSUPP') throw error;
      }
    }
  }
}

/** A file that is being written. */
class OpenFile {
  readonly entry: TarEntry;
  readonly place: Place;
  readonly #descriptor: number;
  #position = 0;
  #run = 0;
  #runDone = 0;

  constructor(entry: TarEntry, place: Place, descriptor: number) {
    this.entry = entry;
    this.place = place;
    this.#descriptor = descriptor;
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
      fchownSync(this.#descriptor, entry.uid, entry.gid);
      fchmodSync(this.#descriptor, entry.mode);
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

/** Attributes by which overlayfs itself is told things; a layer must not speak to it. SELinux labels are the host's. */
function isOverlayPrivate(name: string): boolean {
  return /^(trusted|user)\.overlay\./.test(name) || name === 'security.selinux';
}

/** The kernel keeps `user.` attributes on files and folders only. */
function mayHaveUserAttributes({ type }: TarEntry): boolean {
  return type === 'file' || type === 'directory';
}

function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errno' in error && typeof error.errno === 'string') return error.errno;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Errnos that come from what an entry asks for, not from the machine. */
const entryFaults: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'EMLINK',
  'EFBIG',
  'ERANGE',
  'E2BIG',
  'EXDEV',
]);

function explain(error: unknown, name: string): unknown {
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new StorageError({
      code: 'NO_SPACE',
      kind: 'external',
      message: `no space is left for ${printable(name)} of the layer`,
      hint: 'remove images that are not needed, or make room where the store lies',
      cause: error,
    });
  }
  if (!entryFaults.has(errno)) return error;
  return new ImageError({
    code: 'LAYER_INVALID',
    kind: 'external',
    message: `the layer's entry ${printable(name)} cannot be made: ${errno}`,
    hint: 'the layer may be damaged or made to do harm',
    cause: error,
  });
}

function printable(name: string): string {
  return JSON.stringify(Buffer.from(name.slice(0, 200), 'latin1').toString('utf8'));
}
