import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExitRecord } from '../contracts/runtime.ts';

/** Where conmon writes the exit code of a container: `<bundle>/<id>`, by rename. */
export interface ExitPlace {
  readonly id: string;
  readonly bundle: string;
}

/** What conmon left when the container ended, or undefined while it has not. */
export function readExit({ id, bundle }: ExitPlace): ExitRecord | undefined {
  const path = join(bundle, id);
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!status) return undefined;
  return {
    exitCode: Number.parseInt(readFileSync(path, 'utf8'), 10),
    finishedAt: exactTime(status.mtimeNs),
    oomKilled: existsSync(join(bundle, 'oom')),
  };
}

function exactTime(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000n)).toISOString().slice(0, -'.000Z'.length);
  return `${seconds}.${(nanoseconds % 1_000_000_000n).toString().padStart(9, '0')}Z`;
}
