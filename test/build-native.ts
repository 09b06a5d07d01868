import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds the native binding once before any test runs; it is quick when nothing has changed. */
export function mochaGlobalSetup(): void {
  execFileSync('sh', [fileURLToPath(new URL('../native/build.sh', import.meta.url))], { stdio: 'inherit' });
}
