import { ImageError } from '../errors/image-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import { systemError } from '../host/files.ts';

/** The errno's name of a failed system call, whether Node or our binding made it. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errno' in error && typeof error.errno === 'string') return error.errno;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Errnos that come from what an entry asks for, not from the machine. */
const entryFaults: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL',
  'EMLINK',
  'EFBIG',
  'ERANGE',
  'E2BIG',
  'EXDEV',
]);

/** Why an entry could not be made: the layer's fault, a full disk, or the machine's. */
export function entryFailure(error: unknown, name: string): unknown {
  const errno = errnoOf(error);
  if (!entryFaults.has(errno)) return writeFailure(error, `${printable(name)} of the layer`);
  return new ImageError({
    code: 'LAYER_INVALID',
    kind: 'external',
    message: `the layer's entry ${printable(name)} cannot be made: ${errno}`,
    hint: 'the layer may be damaged or made to do harm',
    cause: error,
  });
}

/** Failed system calls as SystemError, a full disk as StorageError NO_SPACE, anything else unchanged. */
export function writeFailure(error: unknown, what: string): unknown {
  const errno = errnoOf(error);
  if (errno !== 'ENOSPC' && errno !== 'EDQUOT') return systemError(error);
  return new StorageError({
    code: 'NO_SPACE',
    kind: 'external',
    message: `no space is left for ${what}`,
    hint: 'remove images that are not needed, or make room where the store lies',
    cause: error,
  });
}

/** A byte string for people. */
export function printable(name: string): string {
  return JSON.stringify(Buffer.from(name.slice(0, 200), 'latin1').toString('utf8'));
}
