import type { Drivers } from '../contracts/drivers.ts';
import type { NamedVolume } from '../contracts/volumes.ts';
import { StateError } from '../errors/state-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import { displayName } from '../values/namespace.ts';
import { takeAway } from './take-away.ts';

export interface RemoveVolumeOptions {
  /** Remove the pods that use it, too. */
  readonly force: boolean;
  readonly graceSeconds?: number | undefined;
  readonly signal?: AbortSignal;
}

/** Removes a volume with its data and its claim. Throws VolumeError VOLUME_IN_USE, which names the pods. */
export async function removeVolume(
  drivers: Drivers,
  { namespace, name, usedBy }: NamedVolume,
  { force, graceSeconds, signal }: RemoveVolumeOptions,
): Promise<void> {
  if (usedBy.length > 0 && !force) throw inUse(namespace, name, usedBy);
  const users = (await drivers.store.records.pods()).filter(
    (pod) => pod.namespace === namespace && usedBy.includes(pod.name),
  );
  for (const { id } of users) await takeAway(drivers, id, { graceSeconds, signal });
  await removeClaim(drivers, { namespace, name });
  await drivers.volumes.removeNamed({ namespace, name });
}

/** A volume may have lost its claim before. */
async function removeClaim(
  { store }: Drivers,
  { namespace, name }: Pick<NamedVolume, 'namespace' | 'name'>,
): Promise<void> {
  try {
    await store.objects.remove({ group: '', kind: 'PersistentVolumeClaim', namespace, name });
  } catch (error) {
    if (!(error instanceof StateError && error.code === 'OBJECT_NOT_FOUND')) throw error;
  }
}

function inUse(namespace: string, name: string, usedBy: readonly string[]): VolumeError {
  const pods = usedBy.map((pod) => displayName(namespace, pod));
  return new VolumeError({
    code: 'VOLUME_IN_USE',
    message: `volume ${displayName(namespace, name)} is being used by ${pods.length === 1 ? 'pod' : 'pods'} ${pods.join(', ')}`,
    hint: `\`pod pod rm ${pods.join(' ')}\` removes ${pods.length === 1 ? 'it' : 'them'}, and so does --force here`,
    exitCode: 2,
  });
}
