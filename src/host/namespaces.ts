import { statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Namespaces } from '../contracts/namespaces.ts';
import { ensureFolder, removeFile, systemError } from './files.ts';
import { withLock } from './lock.ts';
import { lockRank } from './lock-rank.ts';
import { bind, MOUNT, mount, unmount } from './mount.ts';
import { isMountPoint } from './mount-id.ts';
import { native } from './native.ts';

/** The magic number of nsfs, the file system that namespaces are files of (statfs(2)). */
const NSFS_MAGIC = 0x6e736673;

/** Namespaces pinned by bind mounts. The folder of a pin exists; two callers never work on one path at a time. */
export const namespaces: Namespaces = { shareFolder, pinNetwork, unpin };

async function pinNetwork(path: string): Promise<void> {
  if (await isPin(path)) return;
  await native().pinNetwork(path);
}

/**
 * Makes the folder of pins as ip-netns(8) and CNI do: a mount of its own, shared with namespaces made from ours. If we
 * did not, the first `ip netns add` would lay such a mount over our pins, where nothing could remove them any more.
 */
async function shareFolder(folder: string): Promise<void> {
  ensureFolder(folder, { mode: 0o755 });
  if (isMountPoint(folder)) return;
  const path = join(dirname(folder), `.${basename(folder)}.lock`);
  await withLock({ path, mode: 'exclusive', rank: lockRank.namespaces }, async () => {
    if (isMountPoint(folder)) return;
    await bind({ source: folder, target: folder, recursive: true });
    await mount({ target: folder, flags: MOUNT.SHARED | MOUNT.REC });
  });
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
