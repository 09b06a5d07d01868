import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedPod } from '../contracts/observed.ts';
import type { NamedVolume } from '../contracts/volumes.ts';
import { ImageError } from '../errors/image-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import { displayName } from '../values/namespace.ts';
import { holdAsIs } from './hold.ts';
import { observePod } from './observe.ts';
import { removePod } from './remove.ts';
import { removeVolume } from './remove-volume.ts';
import { stopPod } from './stop.ts';

/** What was removed, as a user knows it, and the bytes on disk that it took. */
export interface Pruned {
  readonly removed: readonly string[];
  readonly bytes: number;
}

/** Pure: whether nothing of a pod runs any more. One that was never started, or is being made, is not such. */
export function hasEnded({ record, containers }: ObservedPod): boolean {
  const members = containers.filter((container) => container.record.role !== 'infra');
  return (
    record.phase === 'ready' &&
    members.length > 0 &&
    members.every(({ running }) => !running) &&
    members.some((container) => container.record.phase === 'exited')
  );
}

/** Removes the pods that have ended. One that was started meanwhile stays. */
export async function prunePods(
  drivers: Drivers,
  pods: readonly ObservedPod[],
  signal: AbortSignal,
): Promise<Pruned> {
  const removed: string[] = [];
  let bytes = 0;
  for (const { record } of pods.filter(hasEnded)) {
    // Looked at again under the lease: while a pod starts, nothing of it may run yet.
    await using held = await holdAsIs(drivers, { podId: record.id, signal });
    const now = await observePod(drivers, record.id);
    if (now === undefined || !hasEnded(now)) continue;
    const sizes = await Promise.all(now.containers.map((each) => drivers.rootfs.size(each.record.id)));
    await stopPod(drivers, held, {});
    await removePod(drivers, record.id);
    removed.push(record.id);
    bytes += sizes.reduce((sum, size) => sum + size, 0);
  }
  return { removed, bytes };
}

/** Removes volumes that no pod uses, with their data and their claims. */
export async function pruneVolumes(drivers: Drivers, volumes: readonly NamedVolume[]): Promise<Pruned> {
  const removed: string[] = [];
  let bytes = 0;
  for (const volume of volumes.filter(({ usedBy }) => usedBy.length === 0)) {
    const size = await drivers.volumes.size(volume);
    try {
      await removeVolume(drivers, volume, { force: false });
    } catch (error) {
      // Somebody else has removed it, or begun to use it.
      if (error instanceof VolumeError) continue;
      throw error;
    }
    removed.push(displayName(volume.namespace, volume.name));
    bytes += size;
  }
  return { removed, bytes };
}

/** Removes images that no container stands on: those without a name, or with `all` every one. */
export async function pruneImages(
  { images }: Pick<Drivers, 'images'>,
  { all }: { readonly all: boolean },
): Promise<Pruned> {
  const before = await images.size();
  const removed: string[] = [];
  for (const image of await images.list()) {
    if (!all && image.names.length > 0) continue;
    try {
      removed.push(...(await images.remove(image.id, { force: false, allNames: true })).deleted);
    } catch (error) {
      if (!(error instanceof ImageError && error.code === 'IMAGE_IN_USE')) throw error;
    }
  }
  return { removed, bytes: removed.length === 0 ? 0 : before - (await images.size()) };
}
