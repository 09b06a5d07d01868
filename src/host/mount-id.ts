import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { O_PATH } from './native.ts';

/** The kernel's id of the mount that an open descriptor lies on (proc(5), fdinfo). */
export function mountIdOf(descriptor: number): string {
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
  return /^mnt_id:\s*(\d+)$/m.exec(info)?.[1] ?? '';
}

/** Whether something is mounted exactly at `path`, a bind mount of the same device too. Links are not followed; an absent path is no mount point. */
export function isMountPoint(path: string): boolean {
  const own = mountIdAt(path);
  return own !== undefined && own !== mountIdAt(dirname(path));
}

function mountIdAt(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    return mountIdOf(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
