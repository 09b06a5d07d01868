import { statfs } from 'node:fs/promises';
import type { Namespaces } from '../contracts/namespaces.ts';
import { removeFile, systemError } from './files.ts';
import { unmount } from './mount.ts';
import { native } from './native.ts';

/** The magic number of nsfs, the file system that namespaces are files of (statfs(2)). */
const NSFS_MAGIC = 0x6e736673;

/** Namespaces pinned by bind mounts. The folder of a pin exists; two callers never work on one path at a time. */
export const namespaces: Namespaces = { pinNetwork, unpin };

async function pinNetwork(path: string): Promise<void> {
  if (await isPin(path)) return;
  await native().pinNetwork(path);
}

async function unpin(path: string): Promise<void> {
  // A crash between the look and the mount may have left two pins, one above the other.
  while (await unmount(path, { lazy: true }));
  removeFile(path);
}

/** A plain file is what a crash before the mount, or a reboot with a lasting /run, leaves behind. */
async function isPin(path: string): Promise<boolean> {
  try {
    return (await statfs(path)).type === NSFS_MAGIC;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw systemError(error);
  }
}
