import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { native, O_PATH, RESOLVE } from '../host/native.ts';
import { bytePath } from './byte-path.ts';

/** Open folders that are kept; a layer's entries mostly follow each other within a few. */
const keptFolders = 64;
const asFolder = O_PATH | constants.O_DIRECTORY;

/**
 * A folder tree under construction from hostile names. Links on the way are followed as if the tree were the whole
 * file system (openat2 with RESOLVE_IN_ROOT), so that nothing outside is ever reached. Paths are byte strings as
 * `within` gives them.
 */
export class Tree implements Disposable {
  readonly #root: number;
  readonly #folders = new Map<string, number>();

  constructor(root: string) {
    this.#root = openSync(root, asFolder);
  }

  /**
   * A path for system calls that leads to `path` without following its last part. Missing folders above it are made
   * (0755, root's). Good until the next call. Throws SystemError.
   */
  place(path: string): string | Buffer {
    const slash = path.lastIndexOf('/');
    const folder = this.#folder(path.slice(0, Math.max(slash, 0)));
    return bytePath(`/proc/self/fd/${folder}/${path.slice(slash + 1)}`);
  }

  /** A path for system calls that is the folder `path` itself, links followed inside the tree. Made if missing. */
  folder(path: string): string {
    return `/proc/self/fd/${this.#folder(path)}/.`;
  }

  /** Forgets open folders: to be called when something was removed, since paths may now lead elsewhere. */
  forget(): void {
    for (const folder of this.#folders.values()) native().close(folder);
    this.#folders.clear();
  }

  [Symbol.dispose](): void {
    this.forget();
    closeSync(this.#root);
  }

  #folder(path: string): number {
    if (path === '') return this.#root;
    const known = this.#folders.get(path);
    // Taken out and put back, so that the map's order is the order of use.
    if (known !== undefined) this.#folders.delete(path);
    const folder = known ?? this.#open(path) ?? this.#make(path);
    if (this.#folders.size >= keptFolders) this.#dropOldest();
    this.#folders.set(path, folder);
    return folder;
  }

  #open(path: string): number | undefined {
    try {
      return native().openat2(this.#root, bytePath(path), asFolder, 0, RESOLVE.IN_ROOT);
    } catch (error) {
      if (error instanceof Error && 'errno' in error && error.errno === 'ENOENT') return undefined;
      throw error;
    }
  }

  #make(path: string): number {
    mkdirSync(this.place(path), 0o755);
    return native().openat2(this.#root, bytePath(path), asFolder, 0, RESOLVE.IN_ROOT);
  }

  #dropOldest(): void {
    for (const [path, folder] of this.#folders) {
      this.#folders.delete(path);
      native().close(folder);
      return;
    }
  }
}
