import type { Drivers } from '../contracts/drivers.ts';
import type { PlayPlan } from '../contracts/play-plan.ts';
import type { PodRecord } from '../contracts/records.ts';
import type { ObjectKey } from '../contracts/store.ts';
import { StateError } from '../errors/state-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import type { Pod } from '../kube/wire.ts';
import { podKey } from '../pods/pod-key.ts';
import { takeAway } from '../pods/take-away.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';
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
}

/** Takes down what a plan's file names, by name, and what is not there is no error. Pods get their grace period. */
export async function takeDown(
  drivers: Drivers,
  plan: PlayPlan,
  options: TakeDownOptions,
): Promise<TakenDown> {
  const records = await podsOf(drivers, plan);
  await inParallel(records, PODS_AT_ONCE, ({ id }) => takeAway(drivers, id, options));
  const removable = plan.objects.filter(({ key }) =>
    key.kind === 'PersistentVolumeClaim' ? options.volumes : options.objects,
  );
  const removed: ObjectKey[] = [];
  for (const { key } of removable.toReversed()) {
    if (await removeIfThere(drivers, key)) removed.push(key);
  }
  const volumes = options.volumes ? await removeVolumes(drivers, plan) : [];
  return {
    pods: records.map(({ id }) => id),
    secrets: removed.filter(({ kind }) => kind === 'Secret').map(({ name }) => name),
    volumes,
    objects: removed
      .filter(({ kind }) => kind !== 'Secret' && kind !== 'PersistentVolumeClaim')
      .map(({ kind, name }) => `${kind}/${name}`),
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

async function removeVolumes({ volumes }: Drivers, { objects }: PlayPlan): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { key, object } of objects) {
    if (object.kind !== 'PersistentVolumeClaim') continue;
    try {
      await volumes.removeNamed({ namespace: key.namespace ?? DEFAULT_NAMESPACE, name: key.name });
      removed.push(key.name);
    } catch (error) {
      if (!(error instanceof VolumeError && error.code === 'VOLUME_NOT_FOUND')) throw error;
    }
  }
  return removed;
}
