import { PodError } from './pod-error.ts';

export type LifecycleCode =
  | 'POD_NOT_FOUND'
  | 'CONTAINER_NOT_FOUND'
  | 'NAME_AMBIGUOUS'
  | 'POD_EXISTS'
  | 'POD_IN_USE'
  | 'POD_RUNNING'
  | 'CONTAINER_RUNNING'
  | 'CONTAINER_NOT_RUNNING'
  | 'BELONGS_TO_POD'
  | 'INIT_FAILED'
  | 'START_FAILED'
  | 'IMMUTABLE'
  | 'INTERRUPTED'
  | 'CONFIG_MISSING'
  | 'RUNS_AS_ROOT';

/** A verb does not fit the state of the pod or container that it names. */
export class LifecycleError extends PodError<LifecycleCode> {}
