import { readFile, writeFile } from '../host/files.ts';

/** Sets a kernel parameter, named by its path below /proc/sys, unless it has the value. False if there is no such parameter. Throws SystemError. */
export async function setSysctl(path: string, value: string): Promise<boolean> {
  const file = `/proc/sys/${path}`;
  const current = readFile(file)?.toString('utf8').trim();
  if (current === undefined) return false;
  if (current !== value) await writeFile(file, `${value}\n`);
  return true;
}
