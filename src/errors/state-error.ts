import { PodError } from './pod-error.ts';

export type StateCode =
  | 'OBJECT_NOT_FOUND'
  | 'OBJECT_EXISTS'
  | 'CONFLICT'
  | 'GONE'
  | 'RECORD_NEWER'
  | 'RECORD_CORRUPT'
  | 'ROOT_IN_USE'
  | 'LOCK_TIMEOUT';

/** Our own records on disk: missing, changed by another, or not readable. */
export class StateError extends PodError<StateCode> {}
