import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, removeFile, systemError } from '../host/files.ts';
import { lock, tryLock } from '../host/lock.ts';
import { watchFolder } from '../host/watch-folder.ts';

/**
 * The locks of one store, all in its lasting folder, so that two commands with different run folders meet. Their
 * order is store, names, lease, record; the kernel frees them when their holder dies.
 */
export interface StateLocks {
  /** Objects and the change log. */
  store(): Promise<Disposable>;
  /** Making and removing records, and the index of names. */
  names(): Promise<Disposable>;
  /** One record. Records share a fixed set of lock files, so nobody ever holds two of these. */
  record(id: string): Promise<Disposable>;
  events(): Promise<Disposable>;
  journals(): Promise<Disposable>;
  /** Any file of the caller's, if it is free. */
  tryFile(path: string): Promise<Disposable | undefined>;
  /** The right to act on a pod. */
  lease(podId: string, signal?: AbortSignal): Promise<Disposable>;
  tryLease(podId: string): Promise<Disposable | undefined>;
  /** By the holder, for a pod that has no record: removes the lease's file. */
  forgetLease(podId: string): void;
  /** Wakes those that wait by `onWake`, in every process. */
  wake(podId: string): void;
  onWake(podId: string, listener: () => void): Disposable;
}

export function createStateLocks(folder: string): StateLocks {
  const records = join(folder, 'records');
  const leases = join(folder, 'leases');
  const leaseFile = (podId: string) => join(leases, podId);

  async function take(path: string, parent: string, signal?: AbortSignal): Promise<Disposable> {
    ensureFolder(parent);
    return lock(path, signal === undefined ? {} : { signal });
  }

  return {
    store: () => take(join(folder, 'store'), folder),
    names: () => take(join(folder, 'names'), folder),
    record: (id) => take(join(records, id.slice(0, 2)), records),
    events: () => take(join(folder, 'events'), folder),
    journals: () => take(join(folder, 'journals'), folder),
    tryFile: async (path) => tryLock(path),
    lease: (podId, signal) => take(leaseFile(podId), leases, signal),

    async tryLease(podId) {
      ensureFolder(leases);
      return tryLock(leaseFile(podId));
    },

    forgetLease(podId) {
      removeFile(leaseFile(podId));
    },

    wake(podId) {
      const now = new Date();
      try {
        utimesSync(leaseFile(podId), now, now);
      } catch (error) {
        // Without the file nobody holds or has held the lease, so there is nobody to wake.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw systemError(error);
      }
    },

    onWake(podId, listener) {
      ensureFolder(leases);
      return watchFolder(leases, (name) => {
        if (name === podId || name === '') listener();
      });
    },
  };
}
