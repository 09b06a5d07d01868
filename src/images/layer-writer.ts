import {
  chmodSync,
  constants,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
} from 'node:fs';
import { ImageError } from '../errors/image-error.ts';
import { native } from '../host/native.ts';
import { bytePath, within } from './byte-path.ts';
import { OpenFile } from './open-file.ts';
import { removeEntry } from './remove-entry.ts';
import type { TarEntry } from './tar-header.ts';
import type { TarSink } from './tar-reader.ts';
import { Tree } from './tree.ts';
import { entryFailure, errnoOf, printable } from './unpack-failure.ts';
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
  /** What the files that we make are like before anything is changed. */
  readonly #self = { uid: process.geteuid?.(), gid: process.getegid?.(), umask: process.umask() };
  /** A setgid folder gives its group to what is made in it. */
  #inheritsGroup = false;
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
      throw entryFailure(error, entry.name);
    }
  }

  content(bytes: Buffer): void {
    const file = this.#open;
    if (file === undefined) return;
    try {
      file.write(bytes);
    } catch (error) {
      throw entryFailure(error, file.entry.name);
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
      throw entryFailure(error, file.entry.name);
    }
  }

  /** Sets the times of folders, which making files in them has changed. To be called once, at the end. */
  finish(): void {
    for (const [path, mtime] of this.#folderTimes) {
      try {
        native().lutimes(this.#tree.place(path), mtime, mtime);
      } catch (error) {
        // A later entry may have put something else in the way.
        if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw entryFailure(error, path);
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
    const creationMode = entry.mode & 0o777;
    let existed = false;
    switch (entry.type) {
      case 'file': {
        const descriptor = this.#fresh(path, (place) => openSync(place, newFile, creationMode));
        const file = { entry, place: this.#tree.place(path), descriptor };
        this.#open = new OpenFile(file, { owner: this.#owned(entry), mode: this.#hasMode(entry) });
        return;
      }
      case 'hardlink':
        this.#makeHardlink(entry, path);
        return;
      case 'directory':
        existed = this.#makeFolder(path, creationMode);
        break;
      case 'symlink':
        this.#fresh(path, (place) => symlinkSync(bytePath(entry.linkName), place));
        break;
      case 'character':
      case 'block':
      case 'fifo': {
        const mode = specialTypes[entry.type] | creationMode;
        this.#fresh(path, (place) => native().mknod(place, mode, entry.major, entry.minor));
      }
    }
    const place = this.#tree.place(path);
    // Changing the owner takes setuid bits and capabilities away, so they come after.
    if (existed || !this.#owned(entry)) lchownSync(place, entry.uid, entry.gid);
    if (entry.type !== 'symlink' && (existed || !this.#hasMode(entry))) chmodSync(place, entry.mode);
    this.#attributes(entry, place);
    if (entry.type === 'directory') {
      this.#inheritsGroup ||= (entry.mode & 0o2000) !== 0;
      this.#folderTimes.set(path, entry.mtime);
    } else native().lutimes(place, entry.mtime, entry.mtime);
  }

  /** Whether a new file has this owner already. Each change of an attribute costs as much as making the file. */
  #owned({ uid, gid }: TarEntry): boolean {
    return uid === this.#self.uid && gid === this.#self.gid && !this.#inheritsGroup;
  }

  /** Whether a file made with the lower bits of this mode has all of it. */
  #hasMode({ mode }: TarEntry): boolean {
    return (mode & (0o7000 | this.#self.umask)) === 0;
  }

  /** Returns whether the folder was there already. */
  #makeFolder(path: string, mode: number): boolean {
    const place = this.#tree.place(path);
    try {
      mkdirSync(place, mode);
      return false;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
    const existing = lstatSync(place);
    if (existing.isDirectory()) return true;
    this.#fresh(path, (fresh) => mkdirSync(fresh, mode));
    const hidesLower = existing.isCharacterDevice() && existing.rdev === 0;
    if (hidesLower) native().lsetxattr(this.#tree.place(path), opaque, Buffer.from('y'));
    return false;
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

/** Attributes by which overlayfs itself is told things; a layer must not speak to it. SELinux labels are the host's. */
function isOverlayPrivate(name: string): boolean {
  return /^(trusted|user)\.overlay\./.test(name) || name === 'security.selinux';
}

/** The kernel keeps `user.` attributes on files and folders only. */
function mayHaveUserAttributes({ type }: TarEntry): boolean {
  return type === 'file' || type === 'directory';
}
