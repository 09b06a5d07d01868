import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PreparedVolume, Volumes, VolumesRequest } from '../contracts/volumes.ts';
import { faultPoint } from '../host/fault.ts';
import { ensureFolder, listFolder, removeEmptyFolder, removeTree } from '../host/files.ts';
import { folderSize } from '../host/folder-size.ts';
import { unmount } from '../host/mount.ts';
import { pathSegment } from '../values/path-segment.ts';
import { writeAtomically } from './atomic-writer.ts';
import { claimUsers, diskFoldersBelow, writeClaims } from './claim-users.ts';
import { createDataFolder } from './data-folder.ts';
import { createNamedVolumes } from './named-volumes.ts';
import { pinSubPath } from './sub-path.ts';
import type { VolumeContext } from './volume-type.ts';
import { volumeTypeOf } from './volume-types.ts';

export interface VolumesOptions {
  /** Lasting state, such as `/var/lib/pod`. */
  readonly stateFolder: string;
  /** Run-time state, such as `/run/pod`. */
  readonly runFolder: string;
  readonly now?: () => Date;
}

/** Volumes of pods on this host. Nothing is made before the first call that needs it. */
export function createVolumes({ stateFolder, runFolder, now = () => new Date() }: VolumesOptions): Volumes {
  const locks = join(stateFolder, 'locks');
  const pods = join(stateFolder, 'pods');
  const memory = join(runFolder, 'memory');
  const pins = join(runFolder, 'subpaths');
  const diskFolder = (podId: string) => join(pods, podId, 'volumes');
  const data = createDataFolder({ mountPoint: join(runFolder, 'data'), lockFile: join(locks, 'data') });
  const named = createNamedVolumes({
    folder: join(stateFolder, 'volumes'),
    lockFile: join(locks, 'volumes'),
    now,
    usersOf: (name) => claimUsers(diskFoldersBelow(pods), name),
  });

  function contextOf(request: VolumesRequest): VolumeContext {
    return {
      request,
      diskFolder: diskFolder(request.podId),
      memoryFolder: join(memory, request.podId),
      named,
      async writeData(volume, payload) {
        const folder = join(await data.enter(request.podId), pathSegment(volume));
        await writeAtomically(folder, payload);
        return folder;
      },
    };
  }

  function preparedIds(): readonly string[] {
    const onDisk = listFolder(pods).filter((id) => existsSync(diskFolder(id)));
    return [...new Set([...onDisk, ...listFolder(memory), ...listFolder(pins), ...data.podIds()])].sort();
  }

  async function release(podId: string): Promise<void> {
    for (const container of listFolder(join(pins, podId))) {
      await unmountAll(join(pins, podId, container));
    }
    await removeTree(join(pins, podId));
    await unmountAll(join(memory, podId));
    await removeTree(join(memory, podId));
    faultPoint('volumes.unmounted');
    await data.leave(podId);
    await removeTree(diskFolder(podId));
    // The pod's own record, where there is one, keeps the folder.
    removeEmptyFolder(join(pods, podId));
  }

  return {
    async prepare(request) {
      const context = contextOf(request);
      const plans = request.volumes.map((volume) => volumeTypeOf(volume).plan(volume, context));
      if (plans.length === 0) return new Map();
      const fresh = !preparedIds().includes(request.podId);
      ensureFolder(locks);
      ensureFolder(context.diskFolder);
      const claims = claimsOf(request);
      if (claims.length > 0) {
        const { namespace, podId, podName: pod = podId } = request;
        await writeClaims(context.diskFolder, { namespace, pod, claims });
      }
      const settled = await Promise.allSettled(plans.map((prepare) => prepare()));
      const failed = settled.find((result) => result.status === 'rejected');
      if (failed !== undefined) {
        if (fresh) await release(request.podId);
        throw failed.reason;
      }
      return new Map(settled.flatMap(entryOf));
    },

    subPath: (request) =>
      pinSubPath(request, join(pins, request.podId, request.containerId, String(request.index))),

    release,

    async prepared() {
      return preparedIds();
    },

    async named() {
      return named.all();
    },

    async size({ namespace, name }) {
      return folderSize(join(stateFolder, 'volumes', pathSegment(namespace), pathSegment(name)));
    },

    async ensureNamed(request) {
      ensureFolder(locks);
      return named.ensure(request);
    },

    async removeNamed(name) {
      ensureFolder(locks);
      await named.remove(name);
    },
  };
}

function claimsOf({ volumes }: VolumesRequest): readonly string[] {
  return volumes
    .map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName)
    .filter((name) => name !== undefined);
}

function entryOf(
  result: PromiseSettledResult<PreparedVolume>,
): readonly (readonly [string, PreparedVolume])[] {
  return result.status === 'fulfilled' ? [[result.value.name, result.value]] : [];
}

async function unmountAll(folder: string): Promise<void> {
  for (const name of listFolder(folder)) await unmount(join(folder, name));
}
