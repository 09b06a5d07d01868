import { join } from 'node:path';
import { SystemError } from '../errors/system-error.ts';
import { ensureFolder, listFolder, removeEmptyFolder, removeTree } from '../host/files.ts';
import { withLock } from '../host/lock.ts';
import { lockRank } from '../host/lock-rank.ts';
import { MOUNT, mount, unmount } from '../host/mount.ts';
import { isMountPoint } from '../host/mount-id.ts';

/**
 * The one file system in memory of a store, on which configMap, secret and projected volumes lie, so that secrets
 * never reach a disk. Mounted with the first pod that needs it, unmounted with the last.
 */
export interface DataFolder {
  /** The pod's folder on it, made if missing. */
  enter(podId: string): Promise<string>;
  /** Removes the pod's folder. No error if there is none. */
  leave(podId: string): Promise<void>;
  podIds(): readonly string[];
}

interface Place {
  readonly mountPoint: string;
  readonly lockFile: string;
}

export function createDataFolder({ mountPoint, lockFile }: Place): DataFolder {
  const folderOf = (podId: string) => join(mountPoint, podId);
  const locked = (body: () => Promise<void>) =>
    withLock({ path: lockFile, mode: 'exclusive', rank: lockRank.volumes }, body);

  return {
    async enter(podId) {
      await locked(async () => {
        ensureFolder(mountPoint);
        if (!isMountPoint(mountPoint)) await mountData(mountPoint);
        ensureFolder(folderOf(podId));
      });
      return folderOf(podId);
    },

    async leave(podId) {
      await removeTree(folderOf(podId));
      if (listFolder(mountPoint).length > 0 || !isMountPoint(mountPoint)) return;
      await locked(async () => {
        if (listFolder(mountPoint).length === 0) await unmountData(mountPoint);
      });
    },

    podIds: () => listFolder(mountPoint),
  };
}

/** Programs may be run from it, since configMaps hold scripts. */
async function mountData(target: string): Promise<void> {
  const flags = MOUNT.NOSUID | MOUNT.NODEV;
  await mount({ source: 'tmpfs', target, type: 'tmpfs', flags, data: 'mode=0700' });
}

async function unmountData(mountPoint: string): Promise<void> {
  try {
    await unmount(mountPoint);
  } catch (error) {
    // Somebody looks into the empty folder; the next pod uses it again and the last one unmounts it.
    if (error instanceof SystemError && error.errno === 'EBUSY') return;
    throw error;
  }
  removeEmptyFolder(mountPoint);
}
