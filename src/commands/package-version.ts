import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the package that is built in `root`. */
export function packageVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return String(version);
}
