import type * as model from '@kubernetes/client-node';

/**
 * The JSON shape of a client-node model: timestamps are strings, and the keys that TypeScript made the
 * generator escape (`_from`, `_default`, `_continue` ...) have their real names.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T as WireKey<Key>]: Wire<T[Key]> }
      : T;

type WireKey<Key> = Key extends `_${infer Rest}` ? Rest : Key;

/** What every stored object has, whatever its kind. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export type ObjectMeta = Wire<model.V1ObjectMeta>;
export type OwnerReference = Wire<model.V1OwnerReference>;

type Typed<T, Kind extends string, Version extends string> = Omit<
  Wire<T>,
  'apiVersion' | 'kind' | 'metadata'
> & {
  apiVersion: Version;
  kind: Kind;
  metadata: ObjectMeta;
};

export type Pod = Typed<model.V1Pod, 'Pod', 'v1'> & { spec: PodSpec };
export type ConfigMap = Typed<model.V1ConfigMap, 'ConfigMap', 'v1'>;
export type Secret = Typed<model.V1Secret, 'Secret', 'v1'>;
export type PersistentVolumeClaim = Typed<model.V1PersistentVolumeClaim, 'PersistentVolumeClaim', 'v1'>;
export type Deployment = Typed<model.V1Deployment, 'Deployment', 'apps/v1'> & { spec: DeploymentSpec };

export type DeploymentSpec = Wire<model.V1DeploymentSpec>;
export type PodSpec = Wire<model.V1PodSpec>;
export type PodTemplateSpec = Wire<model.V1PodTemplateSpec>;
export type PodStatus = Wire<model.V1PodStatus>;
export type PodSecurityContext = Wire<model.V1PodSecurityContext>;
export type PodDNSConfig = Wire<model.V1PodDNSConfig>;
export type HostAlias = Wire<model.V1HostAlias>;
export type Container = Wire<model.V1Container>;
export type ContainerPort = Wire<model.V1ContainerPort>;
export type ContainerStatus = Wire<model.V1ContainerStatus>;
export type EnvVar = Wire<model.V1EnvVar>;
export type EnvFromSource = Wire<model.V1EnvFromSource>;
export type KeyToPath = Wire<model.V1KeyToPath>;
export type Probe = Wire<model.V1Probe>;
export type ResourceRequirements = Wire<model.V1ResourceRequirements>;
export type SecurityContext = Wire<model.V1SecurityContext>;
export type Volume = Wire<model.V1Volume>;
export type VolumeMount = Wire<model.V1VolumeMount>;
