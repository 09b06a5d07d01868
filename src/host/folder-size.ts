import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemError } from './files.ts';

/** Bytes that stat(2) counts blocks in. */
const BLOCK = 512;

/**
 * Bytes on disk of a folder and all below it on the same file system; a file with several links counts once. What
 * goes away meanwhile is not counted, and 0 is the size of what is not there. Throws SystemError.
 */
export async function folderSize(path: string): Promise<number> {
  const seen = new Set<bigint>();
  return sizeOf(path, { seen, device: undefined });
}

interface Walk {
  readonly seen: Set<bigint>;
  readonly device: bigint | undefined;
}

async function sizeOf(path: string, { seen, device }: Walk): Promise<number> {
  const status = await ifThere(lstat(path, { bigint: true }));
  if (status === undefined || seen.has(status.ino) || (device !== undefined && status.dev !== device))
    return 0;
  seen.add(status.ino);
  const own = Number(status.blocks) * BLOCK;
  if (!status.isDirectory()) return own;
  let sum = own;
  for (const name of (await ifThere(readdir(path))) ?? []) {
    sum += await sizeOf(join(path, name), { seen, device: status.dev });
  }
  return sum;
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw systemError(error);
  }
}
