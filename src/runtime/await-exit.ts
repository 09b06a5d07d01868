import { readFileSync, watch } from 'node:fs';
import type { ExitRecord } from '../contracts/runtime.ts';
import { identify, type ProcessIdentity, waitForEnd } from '../host/process.ts';
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
  const over = new AbortController();
  const signal = wait.signal ? AbortSignal.any([wait.signal, over.signal]) : over.signal;
  try {
    return await Promise.race([exitFile(wait, signal), monitorEnd(wait, signal)]);
  } finally {
    over.abort();
  }
}

function exitFile(place: ExitPlace, signal: AbortSignal): Promise<ExitRecord> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const look = () => {
      try {
        const record = readExit(place);
        if (record) resolve(record);
      } catch (error) {
        reject(error);
      }
    };
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    try {
      watch(place.bundle, { signal }, look).on('error', reject);
    } catch (error) {
      // The container was removed meanwhile, and its conmon has ended or is about to.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    // What happened before the watch was armed.
    look();
  });
}

async function monitorEnd(wait: ExitWait, signal: AbortSignal): Promise<ExitRecord | undefined> {
  const monitor = identifyMonitor(wait);
  if (monitor) await waitForEnd(monitor, signal);
  return readExit(wait);
}

/** Undefined when it has ended; its number may belong to another process by now. */
function identifyMonitor({ conmonPid, id }: ExitWait): ProcessIdentity | undefined {
  const identity = identify(conmonPid);
  return identity && commandLine(conmonPid).includes(id) ? identity : undefined;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
