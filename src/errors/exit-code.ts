import { PodError } from './pod-error.ts';

/** pod's own error, wrong usage included, as Podman has it. */
export const ownError = 125;

/** What a shell reports for a program that a signal ended. */
const signalled = 128;

/**
 * The exit code of a command that failed with `error`: a PodError's own, 130 for an aborted wait (Ctrl-C),
 * 141 for a reader that went away (as SIGPIPE would give), for several failures the code that they agree on,
 * 125 for everything else.
 */
export function exitCode(error: unknown): number {
  if (error instanceof AggregateError) {
    const codes = new Set(error.errors.map(exitCode));
    return codes.size === 1 ? ([...codes][0] ?? ownError) : ownError;
  }
  if (error instanceof PodError) return error.exitCode;
  if (isBrokenPipe(error)) return signalled + 13;
  if (error instanceof Error && error.name === 'AbortError') return signalled + 2;
  return ownError;
}

/** True for a write to a pipe that nobody reads any more: no fault, and nothing to tell. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
