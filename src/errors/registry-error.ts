import { PodError } from './pod-error.ts';

export type RegistryCode =
  | 'UNREACHABLE'
  | 'TLS'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'PROTOCOL'
  | 'SERVER';

/** A registry could not be reached or refused. Secrets never appear in the message. */
export class RegistryError extends PodError<RegistryCode> {}
