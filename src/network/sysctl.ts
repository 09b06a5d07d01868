import { SystemError } from '../errors/system-error.ts';
import { readFile, writeFile } from '../host/files.ts';

/**
 * Sets a kernel parameter, named by its path below /proc/sys, unless it has the value. False if there is no such
 * parameter, as when its interface has gone. Throws SystemError.
 */
export async function setSysctl(path: string, value: string): Promise<boolean> {
  const file = `/proc/sys/${path}`;
  try {
    const current = readFile(file)?.toString('utf8').trim();
    if (current === undefined) return false;
    if (current !== value) await writeFile(file, `${value}\n`);
    return true;
  } catch (error) {
    if (error instanceof SystemError && readFile(file) === undefined) return false;
    throw error;
  }
}
