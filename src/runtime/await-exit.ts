import { type FSWatcher, readFileSync, watch } from 'node:fs';
import type { ExitRecord } from '../contracts/runtime.ts';
import { SystemError } from '../errors/system-error.ts';
import { native, READABLE } from '../host/native.ts';
import { type ExitPlace, readExit } from './exit-file.ts';

export interface ExitWait extends ExitPlace {
  readonly conmonPid: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits for the exit file of a container, or for the death of its conmon, without polling. Undefined when conmon
 * died and left no exit file. Rejects with the signal's reason when aborted.
 */
export async function awaitExit(wait: ExitWait): Promise<ExitRecord | undefined> {
  wait.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<ExitRecord | undefined>();
  const look = () => {
    const record = readExit(wait);
    if (record) resolve(record);
  };
  const folder: FSWatcher = watch(wait.bundle, look);
  folder.on('error', reject);
  const monitor = watchMonitor(wait, () => resolve(readExit(wait)));
  const onAbort = () => reject(wait.signal?.reason);
  wait.signal?.addEventListener('abort', onAbort);
  try {
    // What happened before the watches were armed.
    look();
    if (!monitor) resolve(readExit(wait));
    return await promise;
  } finally {
    wait.signal?.removeEventListener('abort', onAbort);
    folder.close();
    monitor?.[Symbol.dispose]();
  }
}

/** Calls back when conmon has ended; undefined if it had already. */
function watchMonitor({ conmonPid, id }: ExitWait, onEnd: () => void): Disposable | undefined {
  const descriptor = openProcess(conmonPid);
  if (descriptor === undefined) return undefined;
  // The number may belong to another process by now; the descriptor stays with the one that was looked at.
  if (!commandLine(conmonPid).includes(id)) {
    native().close(descriptor);
    return undefined;
  }
  const watched = native().watch(descriptor, READABLE, onEnd);
  return {
    [Symbol.dispose]() {
      native().watchStop(watched);
      native().close(descriptor);
    },
  };
}

function openProcess(pid: number): number | undefined {
  try {
    return native().pidfdOpen(pid);
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'ESRCH') return undefined;
    throw error;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
