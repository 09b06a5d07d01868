import { chmodSync, chownSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '../errors/storage-error.ts';
import { readFile, removeFile } from '../host/files.ts';
import type { Layout } from './layout.ts';
import { isLinkName, linkName } from './link-name.ts';

/** A base layer's root, as the overlay driver makes it; others take their parent's. */
const baseMode = 0o555;

/**
 * Makes the folder of a layer under a name of its own choice: `diff` for its files, `link` with its short name, and the
 * folders that the overlay driver wants to find. Nothing points to it yet.
 */
export function makeLayerFolder(layout: Layout, name: string): void {
  const folder = join(layout.overlay, name);
  mkdirSync(folder, 0o700);
  mkdirSync(join(folder, 'diff'));
  chmodSync(join(folder, 'diff'), baseMode);
  for (const inner of ['work', 'merged']) mkdirSync(join(folder, inner), 0o700);
  writeFileSync(join(folder, 'link'), linkName(), { mode: 0o644 });
}

/**
 * Turns a folder made by `makeLayerFolder` into that of layer `id`, lying on `parent`. What an unfinished writer has left
 * under the id must be gone. To be called with the store's locks.
 */
export function placeLayerFolder(
  layout: Layout,
  { name, id, parent }: { readonly name: string; readonly id: string; readonly parent: string | undefined },
): void {
  const folder = join(layout.overlay, name);
  if (parent === undefined) {
    mkdirSync(join(folder, 'empty'), 0o700);
  } else {
    writeFileSync(join(folder, 'lower'), lowersOf(layout, parent).join(':'), { mode: 0o644 });
    const { mode, uid, gid } = statSync(join(layout.overlay, parent, 'diff'));
    chownSync(join(folder, 'diff'), uid, gid);
    chmodSync(join(folder, 'diff'), mode & 0o7777);
  }
  const link = join(layout.links, linkOf(layout, name));
  // Other tools make missing links anew, also for a folder that is not a layer yet.
  removeFile(link);
  symlinkSync(`../${id}/diff`, link);
  renameSync(folder, join(layout.overlay, id));
}

/**
 * Takes a layer's folder out of sight under another name, where it can be removed without locks. Its short name goes.
 * False if there is no such folder.
 */
export function retireLayerFolder(
  layout: Layout,
  { id, name }: { readonly id: string; readonly name: string },
): boolean {
  const folder = join(layout.overlay, id);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return false;
  removeLink(layout, id);
  renameSync(folder, join(layout.overlay, name));
  return true;
}

/** Removes the short name that leads to a layer's folder. */
export function removeLink(layout: Layout, name: string): void {
  const link = readFile(join(layout.overlay, name, 'link'), 64)?.toString('utf8') ?? '';
  if (isLinkName(link)) removeFile(join(layout.links, link));
}

/** The short paths of a layer and all below it, topmost first, relative to the overlay driver's home. */
export function lowersOf(layout: Layout, id: string): string[] {
  const below = readFile(join(layout.overlay, id, 'lower'), 65_536)?.toString('utf8') ?? '';
  const lowers = [`l/${linkOf(layout, id)}`, ...below.split(':').filter((path) => path !== '')];
  for (const path of lowers) {
    if (!path.startsWith('l/') || !isLinkName(path.slice(2)))
      throw damaged(id, 'has a malformed list of lower layers');
  }
  return lowers;
}

function linkOf(layout: Layout, id: string): string {
  const link = readFile(join(layout.overlay, id, 'link'), 64)?.toString('utf8') ?? '';
  if (!isLinkName(link)) throw damaged(id, 'has no short name');
  return link;
}

function damaged(id: string, reason: string): StorageError {
  return new StorageError({
    code: 'STORE_CORRUPT',
    kind: 'external',
    message: `layer ${id.slice(0, 12)} ${reason}`,
    hint: 'remove the images that stand on it, and pull or load them again',
  });
}
