import { watch } from 'node:fs';
import { SystemError } from '../errors/system-error.ts';

/**
 * Calls back with the name of each entry of a folder that is made, changed, replaced or removed, by any process, until
 * disposed. Calls may be merged or come late, so they say only: look again. Keeps the process alive only if asked to.
 * Throws SystemError (ENOENT, ENOSPC when the user's inotify watches are used up).
 */
export function watchFolder(
  path: string,
  listener: (name: string) => void,
  { keepAlive = false }: { readonly keepAlive?: boolean } = {},
): Disposable {
  try {
    const watcher = watch(path, { persistent: keepAlive }, (_type, name) => listener(name ?? ''));
    watcher.on('error', () => listener(''));
    return { [Symbol.dispose]: () => watcher.close() };
  } catch (error) {
    const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
    throw new SystemError({ errno: code, syscall: 'inotify_add_watch', path, cause: error });
  }
}
