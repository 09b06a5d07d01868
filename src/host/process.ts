import { readFileSync, readlinkSync } from 'node:fs';
import { SystemError } from '../errors/system-error.ts';
import { listFolder, systemError } from './files.ts';
import { native, READABLE } from './native.ts';
import { Readiness } from './readiness.ts';

/** One process for good: its number and its start time in clock ticks since boot, as /proc/PID/stat has it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

/**
 * The identity of a running process; undefined when there is none with this number. A zombie does not count as
 * running: it only waits for a parent to look.
 */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  // proc(5): the second field is the name in parentheses, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  if (start === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, start };
}

/** Numbers of all processes of our pid namespace that see the same files: in another root our paths mean others. */
export function allProcesses(): readonly number[] {
  const own = mountNamespace('self');
  return listFolder('/proc')
    .filter((name) => /^\d+$/.test(name) && mountNamespace(name) === own)
    .map(Number);
}

/** Undefined for a process that has ended. */
function mountNamespace(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch (error) {
    const failure = systemError(error);
    if (failure instanceof SystemError && ['ENOENT', 'ESRCH', 'EACCES'].includes(failure.errno))
      return undefined;
    throw failure;
  }
}

/** Whether this very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.start === identity.start;
}

/** Sends a signal to this very process. False when it has ended. Throws SystemError, such as EPERM. */
export function kill(identity: ProcessIdentity, signal: number): boolean {
  const descriptor = open(identity);
  if (descriptor === undefined) return false;
  try {
    native().pidfdSendSignal(descriptor, signal);
    return true;
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'ESRCH') return false;
    throw error;
  } finally {
    native().close(descriptor);
  }
}

/** Resolves when this very process has ended, at once if it has already. Rejects with the signal's reason. */
export async function waitForEnd(identity: ProcessIdentity, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const descriptor = open(identity);
  if (descriptor === undefined) return;
  try {
    using readiness = new Readiness(descriptor);
    await readiness.wait(READABLE, signal);
  } finally {
    native().close(descriptor);
  }
}

/** The descriptor is opened first and the identity checked then, so that it cannot be another's. */
function open(identity: ProcessIdentity): number | undefined {
  let descriptor: number;
  try {
    descriptor = native().pidfdOpen(identity.pid);
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'ESRCH') return undefined;
    throw error;
  }
  if (isAlive(identity)) return descriptor;
  native().close(descriptor);
  return undefined;
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: it ended between open and read.
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw systemError(error);
  }
}
