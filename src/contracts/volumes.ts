import type { ConfigMap, PersistentVolumeClaim, Secret, Volume } from '../kube/wire.ts';
import type { DeviceIdentity } from './host-device.ts';

/** A pod's volume made ready on the host. */
export interface PreparedVolume {
  readonly name: string;
  /** What to bind: a folder, a file, or a device node. */
  readonly path: string;
  readonly type: 'directory' | 'file' | 'socket' | 'device';
  /** For `device`: which one. */
  readonly device?: DeviceIdentity;
  readonly readOnly: boolean;
  /** Which volume source it came from. */
  readonly source: string;
}

/** The objects that volumes and environments of a pod may name, by name, in the pod's namespace. */
export interface Sources {
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
}

export interface VolumesRequest {
  readonly podId: string;
  /** What users of a named volume are shown as; the id unless given. */
  readonly podName?: string;
  readonly namespace: string;
  readonly volumes: readonly Volume[];
  readonly sources: Sources;
  /** Folder that relative host paths are relative to. Undefined: they are an error. */
  readonly baseFolder?: string;
}

/** A named volume (what a PersistentVolumeClaim is bound to). */
export interface NamedVolume {
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of pods that use it now. */
  readonly usedBy: readonly string[];
}

/** Volumes of pods. What belongs to a pod lies in folders named by its id, so that `release` needs no record. */
export interface Volumes {
  /** Checks all sources, then prepares all. Throws VolumeError; nothing is left of a failed call but host paths of *OrCreate. */
  prepare(request: VolumesRequest): Promise<ReadonlyMap<string, PreparedVolume>>;
  /** Resolves a subPath inside a prepared volume without leaving it; makes a missing folder, as the kubelet does. */
  subPath(request: {
    readonly podId: string;
    readonly containerId: string;
    readonly index: number;
    readonly volume: PreparedVolume;
    readonly subPath: string;
  }): Promise<{ readonly path: string; readonly type: 'directory' | 'file' }>;
  /** Unmounts and removes all that was prepared for the pod; named volumes and host paths stay. */
  release(podId: string): Promise<void>;
  /** Pods with something prepared. */
  prepared(): Promise<readonly string[]>;
  named(): Promise<readonly NamedVolume[]>;
  /** Bytes on disk of a named volume; 0 if there is none. */
  size(request: { readonly namespace: string; readonly name: string }): Promise<number>;
  /** Makes the named volume if there is none. */
  ensureNamed(request: {
    readonly namespace: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  }): Promise<{ readonly volume: NamedVolume; readonly created: boolean }>;
  /** Throws VolumeError VOLUME_NOT_FOUND, and VOLUME_IN_USE while it is prepared for a pod; then nothing was removed. */
  removeNamed(request: { readonly namespace: string; readonly name: string }): Promise<void>;
}
