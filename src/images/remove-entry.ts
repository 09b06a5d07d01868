import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';

/**
 * Removes a file, or a folder with all that is in it, at once. For trees that nobody else works in; names may be of
 * any bytes, links are not followed.
 */
export function removeEntry(path: string | Buffer): void {
  if (!lstatSync(path).isDirectory()) {
    unlinkSync(path);
    return;
  }
  const folder = Buffer.from(path);
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    removeEntry(Buffer.concat([folder, Buffer.from('/'), name]));
  }
  rmdirSync(folder);
}
