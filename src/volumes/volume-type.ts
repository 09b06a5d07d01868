import type { PreparedVolume, VolumesRequest } from '../contracts/volumes.ts';
import type { Volume } from '../kube/wire.ts';
import type { NamedVolumes } from './named-volumes.ts';
import type { Payload } from './payload.ts';

/** What a volume type may use to prepare a volume of one pod. */
export interface VolumeContext {
  readonly request: VolumesRequest;
  /** Folder of the pod's volumes on disk; they last until the pod is removed. */
  readonly diskFolder: string;
  /** Folder for mounts of file systems in memory. */
  readonly memoryFolder: string;
  readonly named: Pick<NamedVolumes, 'ensure'>;
  /** Writes files of data to our own file system in memory, as one step, and returns their folder. */
  writeData(volume: string, payload: Payload): Promise<string>;
}

/** Makes the volume ready. May be repeated for a volume that is. */
export type Prepare = () => Promise<PreparedVolume>;

/** One kind of volume source. */
export interface VolumeType {
  /** Checks all that can be checked without changing anything, and returns what is to do. Throws VolumeError. */
  plan(volume: Volume, context: VolumeContext): Prepare;
}
