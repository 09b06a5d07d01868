import type { Objects } from '../contracts/store.ts';
import type { Sources } from '../contracts/volumes.ts';
import type { ConfigMap, Container, PersistentVolumeClaim, Pod, Secret } from '../kube/wire.ts';

/** Names of the objects that a pod refers to, by kind. */
export interface References {
  readonly ConfigMap: ReadonlySet<string>;
  readonly Secret: ReadonlySet<string>;
  readonly PersistentVolumeClaim: ReadonlySet<string>;
}

/** Pure: which ConfigMaps, Secrets and claims a pod's environment and volumes name. */
export function podReferences({ spec }: Pod): References {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const claims = new Set<string>();
  const add = (set: Set<string>, name: string | undefined) => {
    if (name !== undefined) set.add(name);
  };
  const containers: readonly Container[] = [...(spec.initContainers ?? []), ...spec.containers];
  for (const { env, envFrom } of containers) {
    for (const { valueFrom } of env ?? []) {
      add(configMaps, valueFrom?.configMapKeyRef?.name);
      add(secrets, valueFrom?.secretKeyRef?.name);
    }
    for (const { configMapRef, secretRef } of envFrom ?? []) {
      add(configMaps, configMapRef?.name);
      add(secrets, secretRef?.name);
    }
  }
  for (const volume of spec.volumes ?? []) {
    add(configMaps, volume.configMap?.name);
    add(secrets, volume.secret?.secretName);
    add(claims, volume.persistentVolumeClaim?.claimName);
    for (const source of volume.projected?.sources ?? []) {
      add(configMaps, source.configMap?.name);
      add(secrets, source.secret?.name);
    }
  }
  return { ConfigMap: configMaps, Secret: secrets, PersistentVolumeClaim: claims };
}

/** Reads the objects that a pod refers to from its namespace; those that are absent are left out. */
export async function readSources(
  objects: Pick<Objects, 'get'>,
  pod: Pod,
  namespace: string,
): Promise<Sources> {
  const references = podReferences(pod);
  const read = async <T extends ConfigMap | Secret | PersistentVolumeClaim>(kind: keyof References) => {
    const found = await Promise.all(
      [...references[kind]].map((name) => objects.get<T>({ group: '', kind, namespace, name })),
    );
    return new Map(
      found.flatMap((object) =>
        object === undefined ? [] : [[object.metadata.name ?? '', object] as const],
      ),
    );
  };
  const [configMaps, secrets, claims] = await Promise.all([
    read<ConfigMap>('ConfigMap'),
    read<Secret>('Secret'),
    read<PersistentVolumeClaim>('PersistentVolumeClaim'),
  ]);
  return { configMaps, secrets, claims };
}
