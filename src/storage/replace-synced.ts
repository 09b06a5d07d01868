import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeFile, writeFile } from '../host/files.ts';

/**
 * Replaces a file as one step. After a power loss it has its old content or the new, never none; which of them does not
 * matter here, so that the wait for the folder's own sync is spared while everyone waits for our locks.
 */
export async function replaceSynced(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.tmp-${basename(path)}${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, data, { durable: true });
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}
