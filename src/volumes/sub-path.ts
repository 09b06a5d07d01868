import { closeSync, fstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Volumes } from '../contracts/volumes.ts';
import { SystemError } from '../errors/system-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import { createFile, ensureFolder, removeTree, systemError } from '../host/files.ts';
import { bind, unmount } from '../host/mount.ts';
import { ensureInRoot } from '../host/resolve.ts';

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
  try {
    return ensureInRoot({ root: volume.path, path: subPath }, { mode: statSync(volume.path).mode & 0o7777 });
  } catch (error) {
    const failure = systemError(error);
    if (!(failure instanceof SystemError)) throw error;
    throw new VolumeError({
      code: 'SUBPATH_INVALID',
      message: `volume ${volume.name}: the subPath ${subPath} does not lead to anything inside the volume (${failure.errno})`,
      hint: 'each part of it but the last has to be a folder, and links have to stay in the volume',
      cause: failure,
    });
  }
}
