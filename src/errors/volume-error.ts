import { PodError } from './pod-error.ts';

export type VolumeCode =
  | 'VOLUME_NOT_FOUND'
  | 'VOLUME_IN_USE'
  | 'SOURCE_MISSING'
  | 'SOURCE_WRONG_TYPE'
  | 'KEY_MISSING'
  | 'PATH_INVALID'
  | 'SUBPATH_INVALID'
  | 'UNSUPPORTED_VOLUME';

/** A volume cannot be made or mounted as the manifest asks. */
export class VolumeError extends PodError<VolumeCode> {}
