import { StorageError } from '../errors/storage-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { systemError } from '../host/files.ts';

/** Runs work on the store. Failed system calls become SystemError, a full disk StorageError NO_SPACE. */
export async function storeWork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = systemError(error);
    const full = failure instanceof SystemError && ['ENOSPC', 'EDQUOT'].includes(failure.errno);
    throw full ? noSpace(failure) : failure;
  }
}

function noSpace(cause: SystemError): StorageError {
  return new StorageError({
    code: 'NO_SPACE',
    kind: 'external',
    message: `no space is left for the image store${cause.path === undefined ? '' : ` (${cause.path})`}`,
    hint: 'remove images that are not needed, or make room where the store lies',
    cause,
  });
}
