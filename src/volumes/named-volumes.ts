import { chmodSync, chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedVolume, Volumes } from '../contracts/volumes.ts';
import { VolumeError } from '../errors/volume-error.ts';
import {
  ensureFolder,
  listFolder,
  removeEmptyFolder,
  removeFile,
  removeTree,
  replaceFile,
  systemError,
} from '../host/files.ts';
import { withLock } from '../host/lock.ts';
import { lockRank } from '../host/lock-rank.ts';
import { readRecord } from '../host/read-record.ts';
import { displayName } from '../values/namespace.ts';
import { pathSegment } from '../values/path-segment.ts';

const format = 1;
const recordFile = 'volume.json';
const dataFolder = '_data';

interface VolumeRecord {
  readonly format: 1;
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

type EnsureRequest = Parameters<Volumes['ensureNamed']>[0];
type Name = Pick<VolumeRecord, 'namespace' | 'name'>;

/** Named volumes as folders `volumes/<namespace>/<name>/` with a record and the data. */
export interface NamedVolumes {
  /** Makes the volume if there is none. */
  ensure(request: EnsureRequest): Promise<{ readonly volume: NamedVolume; readonly created: boolean }>;
  /** Throws VolumeError VOLUME_NOT_FOUND, VOLUME_IN_USE. */
  remove(name: Name): Promise<void>;
  all(): readonly NamedVolume[];
}

interface Place {
  readonly folder: string;
  readonly lockFile: string;
  readonly now: () => Date;
  /** Names of the pods that use a volume now. */
  readonly usersOf: (name: Name) => readonly string[];
}

export function createNamedVolumes({ folder, lockFile, now, usersOf }: Place): NamedVolumes {
  const folderOf = ({ namespace, name }: Name) => join(folder, pathSegment(namespace), pathSegment(name));
  const read = (place: string, identity: Readonly<Record<string, string>> = {}) =>
    readRecord<VolumeRecord>(join(place, recordFile), { format, identity });
  const locked = <T>(body: () => Promise<T>) =>
    withLock({ path: lockFile, mode: 'exclusive', rank: lockRank.volumes }, body);

  function volumeOf({ namespace, name, created, labels }: VolumeRecord): NamedVolume {
    const path = join(folderOf({ namespace, name }), dataFolder);
    return { namespace, name, path, created, labels, usedBy: usersOf({ namespace, name }) };
  }

  async function create(request: EnsureRequest): Promise<VolumeRecord> {
    const { namespace, name, labels = {}, annotations = {} } = request;
    const record: VolumeRecord = {
      format,
      namespace,
      name,
      created: now().toISOString(),
      labels,
      annotations,
    };
    ensureFolder(folderOf(request), { durable: true });
    await replaceFile(join(folderOf(request), recordFile), `${JSON.stringify(record)}\n`, { durable: true });
    return record;
  }

  return {
    ensure: (request) =>
      locked(async () => {
        const { namespace, name } = request;
        const existing = read(folderOf(request), { namespace, name });
        const record = existing ?? (await create(request));
        ensureData(join(folderOf(request), dataFolder), record.annotations);
        return { volume: volumeOf(record), created: existing === undefined };
      }),

    // All of it under the lock: a pod that begins to use the volume has written so before it asks for the volume here.
    remove: ({ namespace, name }) =>
      locked(async () => {
        const place = folderOf({ namespace, name });
        if (read(place, { namespace, name }) === undefined) throw notFound({ namespace, name });
        const users = usersOf({ namespace, name });
        if (users.length > 0) throw inUse({ namespace, name }, users);
        await removeTree(join(place, dataFolder));
        removeFile(join(place, recordFile));
        removeEmptyFolder(place);
      }),

    all() {
      return listFolder(folder)
        .flatMap((namespace) => listFolder(join(folder, namespace)).map((name) => join(namespace, name)))
        .map((path) => read(join(folder, path)))
        .filter((record) => record !== undefined)
        .map(volumeOf);
    },
  };
}

/** Owner as Podman's annotations say; otherwise anyone in a pod may write, whatever user it runs as. */
function ensureData(path: string, annotations: VolumeRecord['annotations']): void {
  if (existsSync(path)) return;
  ensureFolder(path, { mode: 0o777, durable: true });
  const [uid, gid] = ['uid', 'gid'].map((id) => Number(annotations[`volume.podman.io/${id}`] ?? Number.NaN));
  if (uid === undefined || gid === undefined || (Number.isNaN(uid) && Number.isNaN(gid))) return;
  try {
    chownSync(path, Number.isNaN(uid) ? 0 : uid, Number.isNaN(gid) ? 0 : gid);
    chmodSync(path, 0o755);
  } catch (error) {
    throw systemError(error);
  }
}

function notFound({ namespace, name }: Name): VolumeError {
  return new VolumeError({
    code: 'VOLUME_NOT_FOUND',
    message: `there is no volume ${name} in namespace ${namespace}`,
    hint: 'see which there are with: pod volume ls',
  });
}

function inUse({ namespace, name }: Name, users: readonly string[]): VolumeError {
  const pods = users.map((pod) => displayName(namespace, pod)).join(', ');
  return new VolumeError({
    code: 'VOLUME_IN_USE',
    message: `volume ${displayName(namespace, name)} is being used by ${pods}`,
    hint: 'remove what uses it first; `pod system check --repair` removes what a pod that is gone has left',
    exitCode: 2,
  });
}
