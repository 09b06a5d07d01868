import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where PATH has a program, so that looking for it is not measured; undefined if it is nowhere. */
export function programPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent, or not to be executed: the next folder may have it.
    return false;
  }
}
