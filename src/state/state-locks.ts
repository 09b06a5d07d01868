import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, listFolder, removeFile, systemError } from '../host/files.ts';
import { acquire, type Lock, tryAcquire, withLock } from '../host/lock.ts';
import { lockRank } from '../host/lock-rank.ts';
import { watchFolder } from '../host/watch-folder.ts';

type Body<T> = () => T | Promise<T>;

/**
 * The locks of one store, all in its lasting folder, so that two commands with different run folders meet. The kernel
 * frees them when their holder dies. See lockRank for their order.
 */
export interface StateLocks {
  /** Objects and the change log. */
  store<T>(body: Body<T>): Promise<T>;
  /** Making and removing records, and the index of names. */
  names<T>(body: Body<T>): Promise<T>;
  /** One record. Records share a fixed set of lock files, so nobody ever holds two of these. */
  record<T>(id: string, body: Body<T>): Promise<T>;
  events<T>(body: Body<T>): Promise<T>;
  journals<T>(body: Body<T>): Promise<T>;
  /** A journal's own file, if it is free. */
  tryJournal(path: string): Lock | undefined;
  /** The right to act on a pod. */
  lease(podId: string, signal?: AbortSignal): Promise<Lock>;
  tryLease(podId: string): Lock | undefined;
  /** Pods whose lease has a file: those that have had one since they were made. */
  leaseIds(): readonly string[];
  /** By the holder, for a pod that has no record: removes the lease's file. */
  forgetLease(podId: string): void;
  /** Wakes those that wait by `onWake`, in every process. */
  wake(podId: string): void;
  onWake(podId: string, listener: () => void): Disposable;
}

export function createStateLocks(folder: string): StateLocks {
  const records = join(folder, 'records');
  const leases = join(folder, 'leases');
  const leaseOf = (podId: string) => {
    ensureFolder(leases);
    return { path: join(leases, podId), mode: 'exclusive', rank: lockRank.lease } as const;
  };

  function brief<T>(name: 'store' | 'names' | 'events' | 'journals', body: Body<T>): Promise<T> {
    ensureFolder(folder);
    return withLock({ path: join(folder, name), mode: 'exclusive', rank: lockRank[name] }, body);
  }

  return {
    store: (body) => brief('store', body),
    names: (body) => brief('names', body),
    events: (body) => brief('events', body),
    journals: (body) => brief('journals', body),

    record(id, body) {
      ensureFolder(records);
      const path = join(records, id.slice(0, 2));
      return withLock({ path, mode: 'exclusive', rank: lockRank.record }, body);
    },

    tryJournal: (path) => tryAcquire({ path, mode: 'exclusive', rank: lockRank.journal }),
    lease: (podId, signal) => acquire({ ...leaseOf(podId), ...(signal === undefined ? {} : { signal }) }),
    tryLease: (podId) => tryAcquire(leaseOf(podId)),

    leaseIds: () => listFolder(leases),

    forgetLease(podId) {
      removeFile(join(leases, podId));
    },

    wake(podId) {
      const now = new Date();
      try {
        utimesSync(join(leases, podId), now, now);
      } catch (error) {
        // Without the file nobody holds or waits for the lease, so there is nobody to wake.
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
