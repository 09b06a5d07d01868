import type { Drivers } from '../contracts/drivers.ts';
import type { PodRecord } from '../contracts/records.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { KubeObject, Pod } from '../kube/wire.ts';
import { TEMPLATE_HASH } from '../plan/play-plan.ts';
import { tryContainer, tryPod } from '../pods/find.ts';
import { podKey } from '../pods/pod-key.ts';
import { podReferences } from '../pods/sources.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';

/** Objects to write, and what is left out of them on purpose: one sentence each. */
export interface Generated {
  readonly objects: readonly KubeObject[];
  readonly notes: readonly string[];
}

/**
 * The objects that names stand for (pods, their containers' pods, volumes, Deployments), as they were written:
 * without status, uid, versions and times. ConfigMaps and claims that a pod refers to come with it; the contents of
 * Secrets never leave the store. Throws LifecycleError POD_NOT_FOUND.
 */
export async function generate(
  drivers: Pick<Drivers, 'store'>,
  names: readonly string[],
  namespace?: string,
): Promise<Generated> {
  const found = await Promise.all(names.map((name) => resolve(drivers, name, namespace)));
  const objects = new Map<string, KubeObject>();
  const notes = new Set<string>();
  for (const object of found) {
    for (const dependency of await dependencies(drivers, object, notes))
      objects.set(identity(dependency), plain(dependency));
  }
  for (const object of found) objects.set(identity(object), plain(object));
  return { objects: [...objects.values()], notes: [...notes] };
}

async function resolve(
  drivers: Pick<Drivers, 'store'>,
  name: string,
  namespace: string | undefined,
): Promise<KubeObject> {
  const [pods, containers] = await Promise.all([
    drivers.store.records.pods(),
    drivers.store.records.containers(),
  ]);
  const record = tryPod(pods, name, namespace);
  if (record !== undefined) return podObject(drivers, record);
  const slash = name.indexOf('/');
  const key = {
    namespace: slash < 0 ? (namespace ?? DEFAULT_NAMESPACE) : name.slice(0, slash),
    name: name.slice(slash + 1),
  };
  for (const [group, kind] of [
    ['apps', 'Deployment'],
    ['', 'PersistentVolumeClaim'],
  ] as const) {
    const object = await drivers.store.objects.get({ group, kind, ...key });
    if (object !== undefined) return object;
  }
  if (tryContainer(containers, name, namespace) !== undefined) {
    throw new LifecycleError({
      code: 'BELONGS_TO_POD',
      message: `container ${name} is part of a pod`,
      hint: 'name the pod instead: Kubernetes has no containers outside of pods',
    });
  }
  throw new LifecycleError({
    code: 'POD_NOT_FOUND',
    message: `no pod, deployment or volume with name or ID "${name}" found`,
    hint: '`pod pod ps` lists the pods that there are',
  });
}

async function podObject({ store }: Pick<Drivers, 'store'>, record: PodRecord): Promise<Pod> {
  const pod = await store.objects.get<Pod>(podKey(record));
  if (pod !== undefined) return pod;
  throw new LifecycleError({ code: 'POD_NOT_FOUND', message: `pod ${record.name} is being made or removed` });
}

async function dependencies(
  drivers: Pick<Drivers, 'store'>,
  object: KubeObject,
  notes: Set<string>,
): Promise<readonly KubeObject[]> {
  const pod = asPod(object);
  if (pod === undefined) return [];
  const namespace = object.metadata.namespace ?? DEFAULT_NAMESPACE;
  const references = podReferences(pod);
  for (const name of references.Secret)
    notes.add(`Secret ${name} is not part of this file: secrets are not written out.`);
  const read = (kind: 'ConfigMap' | 'PersistentVolumeClaim') =>
    [...references[kind]]
      .sort()
      .map((name) => drivers.store.objects.get({ group: '', kind, namespace, name }));
  const found = await Promise.all([...read('PersistentVolumeClaim'), ...read('ConfigMap')]);
  return found.filter((dependency) => dependency !== undefined);
}

function asPod(object: KubeObject): Pod | undefined {
  if (object.kind === 'Pod') return object as Pod;
  if (object.kind !== 'Deployment') return undefined;
  const { template } = (object as unknown as { spec: { template: Pick<Pod, 'metadata' | 'spec'> } }).spec;
  return { apiVersion: 'v1', kind: 'Pod', metadata: template.metadata, spec: template.spec };
}

function identity({ apiVersion, kind, metadata }: KubeObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? DEFAULT_NAMESPACE} ${metadata.name}`;
}

/** An object without what the store, the running of it and the controller that made it have added. */
function plain(object: KubeObject): KubeObject {
  const { status, metadata, ...rest } = object as KubeObject & { status?: unknown };
  const { uid, resourceVersion, generation, creationTimestamp, managedFields, ownerReferences, ...kept } =
    metadata;
  return { ...rest, metadata: ownerReferences === undefined ? kept : unhashed(kept) } as KubeObject;
}

/** Metadata without the label by which a controller knows its pods. */
function unhashed(metadata: KubeObject['metadata']): KubeObject['metadata'] {
  const { [TEMPLATE_HASH]: _hash, ...labels } = metadata.labels ?? {};
  return { ...metadata, labels };
}
