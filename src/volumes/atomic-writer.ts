import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { faultPoint } from '../host/fault.ts';
import {
  createFile,
  ensureFolder,
  listFolder,
  removeEmptyFolder,
  removeFile,
  removeTree,
  rename,
  systemError,
} from '../host/files.ts';
import type { Payload } from './payload.ts';

const dataLink = '..data';
const nextLink = '..data_tmp';

/**
 * Writes all files of a volume as one step for those who read it, laid out as the kubelet does: the files lie in a
 * folder with a time in its name, `..data` is a link to it, and what users see are links through `..data`. A change
 * is one rename of that link. A writer that died is finished by the next.
 */
export async function writeAtomically(folder: string, payload: Payload): Promise<void> {
  try {
    ensureFolder(folder, { mode: 0o755 });
    const current = targetOf(join(folder, dataLink));
    if (current === undefined || !isDeepStrictEqual(filesIn(join(folder, current)), plain(payload))) {
      await swap(folder, payload);
    }
    link(folder, topNames(payload));
    await clean(folder, topNames(payload));
  } catch (error) {
    throw systemError(error);
  }
}

async function swap(folder: string, payload: Payload): Promise<void> {
  const time = new Date().toISOString().replaceAll(/[-:T]/g, '_').replace('Z', '');
  const version = `..${time}${randomBytes(3).toString('hex')}`;
  const root = join(folder, version);
  ensureFolder(root, { mode: 0o755 });
  for (const [path, { data, mode }] of payload) {
    ensureFolder(dirname(join(root, path)), { mode: 0o755 });
    await createFile(join(root, path), data, { mode });
  }
  faultPoint('volumes.written');
  removeFile(join(folder, nextLink));
  symlinkSync(version, join(folder, nextLink));
  rename(join(folder, nextLink), join(folder, dataLink));
  faultPoint('volumes.swapped');
}

/** What users see. An empty folder that a subPath made before there was the key gives way. */
function link(folder: string, names: ReadonlySet<string>): void {
  for (const name of names) {
    const path = join(folder, name);
    const target = join(dataLink, name);
    if (targetOf(path) === target) continue;
    removeEmptyFolder(path);
    symlinkSync(target, path);
  }
}

async function clean(folder: string, names: ReadonlySet<string>): Promise<void> {
  const current = targetOf(join(folder, dataLink));
  for (const name of listFolder(folder)) {
    if (name === dataLink || name === current) continue;
    const path = join(folder, name);
    if (name.startsWith('..')) await removeTree(path);
    else if (!names.has(name) && targetOf(path) === join(dataLink, name)) removeFile(path);
  }
}

function topNames(payload: Payload): ReadonlySet<string> {
  return new Set([...payload.keys()].map((path) => path.split('/')[0] ?? path));
}

function targetOf(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}

type PlainFiles = Readonly<Record<string, readonly [content: string, mode: number]>>;

function plain(payload: Payload): PlainFiles {
  return Object.fromEntries(
    [...payload].map(([path, { data, mode }]) => [
      path,
      [Buffer.from(data).toString('base64'), mode] as const,
    ]),
  );
}

function filesIn(root: string, below = ''): PlainFiles {
  return Object.fromEntries(
    listFolder(join(root, below)).flatMap((name) => {
      const path = join(below, name);
      const status = statSync(join(root, path));
      if (status.isDirectory()) return Object.entries(filesIn(root, path));
      return [[path, [readFileSync(join(root, path)).toString('base64'), status.mode & 0o777] as const]];
    }),
  );
}
