import { type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { PreparedVolume } from '../contracts/volumes.ts';
import { VolumeError } from '../errors/volume-error.ts';
import { deviceIdentity } from '../host/devices.ts';
import { createFile, ensureFolder, systemError } from '../host/files.ts';
import type { VolumeType } from './volume-type.ts';

/** One value of hostPath.type: what has to be there, and what is made where nothing is. */
interface HostPathType {
  readonly accepts: (found: Stats) => boolean;
  readonly make?: 'directory' | 'file';
}

/** As the kubelet checks them. An empty type checks nothing, and the container runtimes make a missing folder. */
const types: Readonly<Record<string, HostPathType>> = {
  '': { accepts: () => true, make: 'directory' },
  Directory: { accepts: (found) => found.isDirectory() },
  DirectoryOrCreate: { accepts: (found) => found.isDirectory(), make: 'directory' },
  File: { accepts: (found) => found.isFile() },
  FileOrCreate: { accepts: (found) => found.isFile(), make: 'file' },
  Socket: { accepts: (found) => found.isSocket() },
  CharDevice: { accepts: (found) => found.isCharacterDevice() },
  BlockDevice: { accepts: (found) => found.isBlockDevice() },
};

/** A file, folder, socket or device of the host. A relative path is relative to the manifest's folder. */
export const hostPath: VolumeType = {
  plan({ name, hostPath }, { request }) {
    const wanted = hostPath?.type ?? '';
    const type = types[wanted];
    if (type === undefined) throw unsupported(name, wanted);
    const path = absolute(name, { path: hostPath?.path ?? '', baseFolder: request.baseFolder });
    const found = look(path);
    if (found === undefined) checkMakeable(name, { path, wanted, type });
    else if (!type.accepts(found)) throw wrongType(name, { path, wanted, found });
    return async () => {
      if (type.make === 'directory' && look(path) === undefined) ensureFolder(path, { mode: 0o755 });
      if (type.make === 'file') await createFile(path, '', { mode: 0o644 });
      const now = look(path);
      if (now === undefined) throw missing(name, { path, wanted });
      if (!type.accepts(now)) throw wrongType(name, { path, wanted, found: now });
      return {
        name,
        path,
        type: typeOf(now),
        readOnly: false,
        source: 'hostPath',
        ...(isDevice(now) ? { device: deviceIdentity(now) } : {}),
      };
    };
  },
};

function absolute(
  volume: string,
  { path, baseFolder }: { readonly path: string; readonly baseFolder: string | undefined },
): string {
  if (path === '' || path.split('/').includes('..')) {
    throw new VolumeError({
      code: 'PATH_INVALID',
      message: `volume ${volume}: ${JSON.stringify(path)} is no host path: it is empty or has .. in it`,
      hint: 'write the path without ..',
    });
  }
  if (isAbsolute(path)) return path;
  if (baseFolder !== undefined) return join(baseFolder, path);
  throw new VolumeError({
    code: 'PATH_INVALID',
    message: `volume ${volume}: the host path ${path} is relative, and the manifest was not read from a folder`,
    hint: 'write an absolute path, or put the manifest into a file',
  });
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw systemError(error);
  }
}

interface Unmet {
  readonly path: string;
  readonly wanted: string;
}

function checkMakeable(
  volume: string,
  { path, wanted, type }: Unmet & { readonly type: HostPathType },
): void {
  switch (type.make) {
    case undefined:
      throw missing(volume, { path, wanted });
    case 'file':
      if (!look(dirname(path))?.isDirectory()) throw missing(volume, { path: dirname(path), wanted });
      return;
    case 'directory':
      return;
  }
}

function typeOf(found: Stats): PreparedVolume['type'] {
  if (found.isDirectory()) return 'directory';
  if (found.isSocket()) return 'socket';
  return isDevice(found) ? 'device' : 'file';
}

function isDevice(found: Stats): boolean {
  return found.isCharacterDevice() || found.isBlockDevice();
}

function describe(found: Stats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFile()) return 'a file';
  if (found.isSocket()) return 'a socket';
  if (found.isCharacterDevice()) return 'a character device';
  return found.isBlockDevice() ? 'a block device' : 'a pipe';
}

function missing(volume: string, { path, wanted }: Unmet): VolumeError {
  return new VolumeError({
    code: 'SOURCE_MISSING',
    message: `volume ${volume}: ${path} does not exist on this host (its type is ${wanted})`,
    hint: wanted.startsWith('File')
      ? 'make its folder, or correct the path'
      : 'make it, correct the path, or use DirectoryOrCreate',
  });
}

function wrongType(volume: string, { path, wanted, found }: Unmet & { readonly found: Stats }): VolumeError {
  return new VolumeError({
    code: 'SOURCE_WRONG_TYPE',
    message: `volume ${volume}: ${path} should be a ${wanted}, and is ${describe(found)}`,
    hint: 'correct the path or the type of the hostPath',
  });
}

function unsupported(volume: string, wanted: string): VolumeError {
  return new VolumeError({
    code: 'UNSUPPORTED_VOLUME',
    message: `volume ${volume}: there is no hostPath type ${JSON.stringify(wanted)}`,
    hint: `use one of: ${Object.keys(types).filter(Boolean).join(', ')}`,
  });
}
