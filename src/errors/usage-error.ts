import { PodError } from './pod-error.ts';

export type UsageCode =
  | 'UNKNOWN_COMMAND'
  | 'UNKNOWN_FLAG'
  | 'MISSING_ARGUMENT'
  | 'BAD_ARGUMENT'
  | 'BAD_FLAG_VALUE'
  | 'CONFLICTING_FLAGS'
  | 'BAD_TEMPLATE';

/** The command line cannot be understood. Exit code 125, as Podman's. */
export class UsageError extends PodError<UsageCode> {}
