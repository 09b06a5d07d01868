import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** Where distributions put what is not meant for people's PATH. */
const MORE_FOLDERS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/local/libexec/podman',
  '/usr/libexec/podman',
  '/usr/local/lib/podman',
  '/usr/lib/podman',
  '/usr/libexec/crio',
];

/** The absolute path of a program given by name or path, from PATH and the usual folders, or undefined. */
export function findProgram(name: string): string | undefined {
  if (name.includes('/')) return isAbsolute(name) && isProgram(name) ? name : undefined;
  const folders = [...(process.env['PATH'] ?? '').split(':').filter(isAbsolute), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return false;
    throw error;
  }
}
