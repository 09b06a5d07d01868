import { PodError } from './pod-error.ts';

export type ImageCode =
  | 'IMAGE_NOT_FOUND'
  | 'IMAGE_NEVER_PULLED'
  | 'IMAGE_IN_USE'
  | 'IMAGE_AMBIGUOUS'
  | 'ARCHIVE_INVALID'
  | 'LAYER_INVALID'
  | 'MANIFEST_INVALID'
  | 'CONFIG_INVALID'
  | 'DIGEST_MISMATCH'
  | 'TOO_LARGE'
  | 'NO_MATCHING_PLATFORM';

/** An image is missing, in use, or not what it says it is. */
export class ImageError extends PodError<ImageCode> {}
