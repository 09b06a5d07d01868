import { PodError } from './pod-error.ts';

export type ValueCode =
  | 'BAD_REFERENCE'
  | 'BAD_DIGEST'
  | 'BAD_QUANTITY'
  | 'BAD_DURATION'
  | 'BAD_PORT'
  | 'BAD_SIGNAL'
  | 'BAD_SELECTOR'
  | 'BAD_ID'
  | 'BAD_NAME'
  | 'BAD_TIME';

/** A text that does not parse as the value it should be. */
export class ValueError extends PodError<ValueCode> {}
