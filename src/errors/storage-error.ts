import { PodError } from './pod-error.ts';

export type StorageCode =
  | 'STORE_UNSUPPORTED'
  | 'STORE_CORRUPT'
  | 'STORE_BUSY'
  | 'LAYER_MISSING'
  | 'LAYER_IN_USE'
  | 'CONTAINER_MISSING'
  | 'MOUNT_FAILED'
  | 'NO_SPACE';

/** The containers/storage store cannot be read, written or mounted. */
export class StorageError extends PodError<StorageCode> {}
