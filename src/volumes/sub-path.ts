import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Volumes } from '../contracts/volumes.ts';
import { SystemError } from '../errors/system-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import { createFile, ensureFolder, removeTree, systemError } from '../host/files.ts';
import { bind, unmount } from '../host/mount.ts';
import { O_PATH } from '../host/native.ts';
import { openInRoot } from '../host/resolve.ts';

type SubPathRequest = Parameters<Volumes['subPath']>[0];
type SubPathTarget = Awaited<ReturnType<Volumes['subPath']>>;

/**
 * Opens a path inside a volume without leaving it and mounts what was opened at `pin`, so that whatever the pod
 * moves or links later, the container gets just this. A missing folder is made with the mode of the volume's.
 * Throws VolumeError SUBPATH_INVALID.
 */
export async function pinSubPath(request: SubPathRequest, pin: string): Promise<SubPathTarget> {
  checkSubPath(request);
  const descriptor = openTarget(request);
  try {
    const type = fstatSync(descriptor).isDirectory() ? 'directory' : 'file';
    await unmount(pin);
    await removeTree(pin);
    ensureFolder(join(pin, '..'));
    if (type === 'directory') ensureFolder(pin);
    else await createFile(pin, '');
    await bind({ source: `/proc/self/fd/${descriptor}`, target: pin });
    return { path: pin, type };
  } finally {
    closeSync(descriptor);
  }
}

function checkSubPath({ volume, subPath }: SubPathRequest): void {
  if (!subPath.startsWith('/') && !subPath.split('/').includes('..')) return;
  throw new VolumeError({
    code: 'SUBPATH_INVALID',
    message: `volume ${volume.name}: the subPath ${subPath} is absolute or has .. in it`,
    hint: 'write a path relative to the volume, without ..',
  });
}

function openTarget({ volume, subPath }: SubPathRequest): number {
  const names = subPath.split('/').filter((name) => name !== '' && name !== '.');
  try {
    return openIn(volume.path, names.join('/')) ?? makeAndOpen(volume.path, names);
  } catch (error) {
    const failure = systemError(error);
    if (!(failure instanceof SystemError)) throw error;
    throw new VolumeError({
      code: 'SUBPATH_INVALID',
      message: `volume ${volume.name}: the subPath ${subPath} cannot be opened (${failure.errno})`,
      hint: 'each part of it but the last has to be a folder, and links have to stay in the volume',
      cause: failure,
    });
  }
}

/** Undefined if there is nothing. */
function openIn(root: string, path: string): number | undefined {
  try {
    return openInRoot({ root, path: path === '' ? '.' : path }, { flags: O_PATH });
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'ENOENT') return undefined;
    throw error;
  }
}

/** Walks down from folder to folder, each opened inside the root, since the pod may be at work in it. */
function makeAndOpen(root: string, names: readonly string[]): number {
  const mode = statSync(root).mode & 0o7777;
  for (const [index, name] of names.entries()) {
    const path = names.slice(0, index + 1).join('/');
    const existing = openIn(root, path);
    if (existing !== undefined) closeSync(existing);
    else makeFolder({ root, parent: names.slice(0, index).join('/'), name, mode });
  }
  return openInRoot({ root, path: names.join('/') }, { flags: O_PATH });
}

interface NewFolder {
  readonly root: string;
  /** Path of the folder it is made in, inside the root. */
  readonly parent: string;
  readonly name: string;
  readonly mode: number;
}

function makeFolder({ root, parent, name, mode }: NewFolder): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const folder = openInRoot({ root, path: parent === '' ? '.' : parent }, { flags: O_PATH | O_DIRECTORY });
  try {
    const path = `/proc/self/fd/${folder}/${name}`;
    mkdirSync(path);
    const made = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    try {
      fchmodSync(made, mode);
    } finally {
      closeSync(made);
    }
  } finally {
    closeSync(folder);
  }
}
