import { randomUUID } from 'node:crypto';
import type { Drivers } from '../contracts/drivers.ts';
import type { PlayPlan } from '../contracts/play-plan.ts';
import type { Journal } from '../contracts/store.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { ConfigMap, KubeObject } from '../kube/wire.ts';
import { DEFAULT_NAMESPACE, displayName } from '../values/namespace.ts';

export interface StoredObjects {
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
}

interface StoreRequest {
  readonly plan: PlayPlan;
  readonly replace: boolean;
}

/**
 * Stores a plan's ConfigMaps, Secrets, claims and workloads, and makes the claims' volumes. Each change is in the
 * journal before it is made. An object that is stored already and equal is not touched.
 */
export async function storeObjects(
  drivers: Drivers,
  journal: Journal,
  { plan, replace }: StoreRequest,
): Promise<StoredObjects> {
  const volumes: string[] = [];
  const secrets: string[] = [];
  for (const { key, object } of plan.objects) {
    const existing = await drivers.store.objects.get(key);
    if (existing === undefined) {
      const uid = randomUUID();
      await journal.add({ type: 'object', key, uid });
      await drivers.store.objects.create({ ...object, metadata: { ...object.metadata, uid } });
    } else if (!sameContent(existing, object)) {
      if (!replace) refuseImmutable(existing);
      await journal.add({ type: 'update', previous: existing });
      await drivers.store.objects.update(merged(existing, object));
    }
    if (object.kind === 'Secret') secrets.push(displayName(key.namespace ?? DEFAULT_NAMESPACE, key.name));
    if (object.kind === 'PersistentVolumeClaim') {
      drivers.step('play.volumes');
      volumes.push(...(await claimVolume(drivers, journal, object)));
    }
  }
  return { volumes, secrets };
}

async function claimVolume(
  { volumes }: Drivers,
  journal: Journal,
  claim: KubeObject,
): Promise<readonly string[]> {
  const namespace = claim.metadata.namespace ?? DEFAULT_NAMESPACE;
  const name = claim.metadata.name ?? '';
  const known = (await volumes.named()).some(
    (volume) => volume.namespace === namespace && volume.name === name,
  );
  if (known) return [];
  await journal.add({ type: 'volume', namespace, name });
  const { labels, annotations } = claim.metadata;
  await volumes.ensureNamed({
    namespace,
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  });
  return [displayName(namespace, name)];
}

function refuseImmutable(existing: KubeObject): void {
  if ((existing as ConfigMap).immutable !== true) return;
  throw new LifecycleError({
    code: 'IMMUTABLE',
    message: `${existing.kind} ${existing.metadata.name} is immutable and differs from the one that is stored`,
    hint: 'give it another name, or use --replace',
  });
}

/** Whether the stored object says the same as the file's, apart from what the store itself adds. */
function sameContent(stored: KubeObject, object: KubeObject): boolean {
  return JSON.stringify(sorted(written(stored))) === JSON.stringify(sorted(written(object)));
}

function written(object: KubeObject): unknown {
  const { status, metadata, ...rest } = object as KubeObject & { status?: unknown };
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

function merged(existing: KubeObject, object: KubeObject): KubeObject {
  const { uid, resourceVersion, generation, creationTimestamp } = existing.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid,
      resourceVersion,
      generation,
      creationTimestamp,
    } as KubeObject['metadata'],
  };
}
