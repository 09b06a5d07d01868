import type { Drivers } from '../contracts/drivers.ts';
import type { PlayPlan } from '../contracts/play-plan.ts';
import type { PodRecord } from '../contracts/records.ts';
import type { ObjectKey } from '../contracts/store.ts';
import type { NamedVolume } from '../contracts/volumes.ts';
import { StateError } from '../errors/state-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import type { Pod } from '../kube/wire.ts';
import { podKey } from '../pods/pod-key.ts';
import { removeVolume } from '../pods/remove-volume.ts';
import { takeAway } from '../pods/take-away.ts';
import { DEFAULT_NAMESPACE, displayName } from '../values/namespace.ts';
import { inParallel } from './in-parallel.ts';

const PODS_AT_ONCE = 8;

export interface TakeDownOptions {
  /** Remove the claims' volumes with their data, too. */
  readonly volumes: boolean;
  /** Remove ConfigMaps, Secrets and workload objects, too. */
  readonly objects: boolean;
  readonly graceSeconds?: number;
  readonly signal?: AbortSignal;
}

/** What was taken down: ids of pods, names of the rest. */
export interface TakenDown {
  readonly pods: readonly string[];
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  /** `Kind/name` of the other objects. */
  readonly objects: readonly string[];
  /** Names of volumes that should have gone and are in use, with VolumeError VOLUME_IN_USE. */
  readonly kept: readonly { readonly id: string; readonly error: VolumeError }[];
}

/** Takes down what a plan's file names, by name, and what is not there is no error. Pods get their grace period. */
export async function takeDown(
  drivers: Drivers,
  plan: PlayPlan,
  options: TakeDownOptions,
): Promise<TakenDown> {
  const records = await podsOf(drivers, plan);
  await inParallel(records, PODS_AT_ONCE, ({ id }) => takeAway(drivers, id, options));
  const removable = plan.objects.filter(({ key }) => options.objects && key.kind !== 'PersistentVolumeClaim');
  const removed: ObjectKey[] = [];
  for (const { key } of removable.toReversed()) {
    if (await removeIfThere(drivers, key)) removed.push(key);
  }
  return {
    pods: records.map(({ id }) => id),
    secrets: removed.filter(({ kind }) => kind === 'Secret').map(displayOf),
    ...(options.volumes ? await removeVolumes(drivers, plan) : { volumes: [], kept: [] }),
    objects: removed.filter(({ kind }) => kind !== 'Secret').map((key) => `${key.kind}/${displayOf(key)}`),
  };
}

/** The pods that the plan names, and all others that belong to its workloads. */
async function podsOf({ store }: Drivers, plan: PlayPlan): Promise<readonly PodRecord[]> {
  const named = new Set(plan.pods.map(({ pod, namespace }) => `${namespace}/${pod.metadata.name}`));
  const owners = new Set<string>();
  for (const { key } of plan.objects) {
    const uid = (await store.objects.get(key))?.metadata.uid;
    if (uid !== undefined) owners.add(uid);
  }
  const records = await store.records.pods();
  const belongs = await Promise.all(
    records.map(async (record) => {
      if (named.has(`${record.namespace}/${record.name}`)) return true;
      if (owners.size === 0) return false;
      const pod = await store.objects.get<Pod>(podKey(record));
      return (pod?.metadata.ownerReferences ?? []).some(({ uid }) => owners.has(uid));
    }),
  );
  return records.filter((_, index) => belongs[index]);
}

async function removeIfThere({ store }: Drivers, key: ObjectKey): Promise<boolean> {
  try {
    await store.objects.remove(key);
    return true;
  } catch (error) {
    if (error instanceof StateError && error.code === 'OBJECT_NOT_FOUND') return false;
    throw error;
  }
}

/** Volumes that no pod uses any more go, those that pods of other files use stay with their claims. */
async function removeVolumes(
  drivers: Drivers,
  { objects }: PlayPlan,
): Promise<Pick<TakenDown, 'volumes' | 'kept'>> {
  const named = await drivers.volumes.named();
  const volumes: string[] = [];
  const kept: TakenDown['kept'][number][] = [];
  for (const { key } of objects.filter(({ object }) => object.kind === 'PersistentVolumeClaim')) {
    const volume = named.find(({ namespace, name }) => namespace === key.namespace && name === key.name);
    if (volume === undefined) await removeIfThere(drivers, key);
    else if (volume.usedBy.length > 0) kept.push({ id: displayOf(key), error: inUse(volume) });
    else if (await removeVolumeIfThere(drivers, volume)) volumes.push(displayOf(key));
  }
  return { volumes, kept };
}

/** False where another command has removed it meanwhile. */
async function removeVolumeIfThere(drivers: Drivers, volume: NamedVolume): Promise<boolean> {
  try {
    await removeVolume(drivers, volume, { force: false });
    return true;
  } catch (error) {
    if (error instanceof VolumeError && error.code === 'VOLUME_NOT_FOUND') return false;
    throw error;
  }
}

function inUse({ namespace, name, usedBy }: NamedVolume): VolumeError {
  const users = usedBy.map((pod) => displayName(namespace, pod)).join(', ');
  const [who, which] =
    usedBy.length === 1 ? [`pod ${users} uses`, 'that pod'] : [`pods ${users} use`, 'these pods'];
  return new VolumeError({
    code: 'VOLUME_IN_USE',
    message: `volume ${displayName(namespace, name)} stays, since ${who} it`,
    hint: `take ${which} down first`,
  });
}

function displayOf({ namespace = DEFAULT_NAMESPACE, name }: ObjectKey): string {
  return displayName(namespace, name);
}
