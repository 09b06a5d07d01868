import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessError } from '../errors/process-error.ts';

/** Where administrators' programs lie, looked through last: a plain `su` leaves them out of PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/**
 * The file that a program's name means: the name itself if it has a slash, else the first match in the folders of
 * `path` (PATH's form) and of the system. Throws ProcessError NOT_FOUND, or NOT_EXECUTABLE if all that was found
 * lacks the permission.
 */
export function findProgram(name: string, path: string): string {
  if (name.includes('/')) return name;
  const folders = path.split(':').filter((folder) => folder !== '');
  let refused = false;
  for (const folder of new Set([...folders, ...SYSTEM_FOLDERS])) {
    const file = join(folder, name);
    if (!isFile(file)) continue;
    if (isExecutable(file)) return file;
    refused = true;
  }
  throw new ProcessError({ code: refused ? 'NOT_EXECUTABLE' : 'NOT_FOUND', argv: [name] });
}

function isFile(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch (error) {
    // A folder of PATH that we may not look into, or a loop of links, holds nothing for us.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'ELOOP' || code === 'ENAMETOOLONG') return false;
    throw error;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}
