import { statSync } from 'node:fs';
import { SystemError } from '../errors/system-error.ts';
import { removeFile, replaceFile } from '../host/files.ts';

/** More than the few small files that stopping and removing pods writes. */
const BYTES = 128 * 1024;

/**
 * Room that is kept on the disk of the state, so that on a full one pods can still be stopped and removed: what pods
 * have written is most often what fills it.
 */
export interface Ballast {
  /** Takes the room, unless it is taken. Throws SystemError ENOSPC. */
  take(): Promise<void>;
  /** Does the work; where the disk is full, gives the room up and does it again. */
  relieve<T>(work: () => Promise<T>): Promise<T>;
}

export function createBallast(path: string): Ballast {
  return {
    async take() {
      if (statSync(path, { throwIfNoEntry: false }) === undefined)
        await replaceFile(path, Buffer.alloc(BYTES));
    },

    async relieve(work) {
      try {
        return await work();
      } catch (error) {
        const isFull = error instanceof SystemError && ['ENOSPC', 'EDQUOT'].includes(error.errno);
        if (!isFull) throw error;
        // Another task may have given it up for us just now.
        removeFile(path);
        return work();
      }
    },
  };
}
