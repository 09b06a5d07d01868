import { exitCode, isBrokenPipe } from '../errors/exit-code.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

let controller: AbortController | undefined;

/**
 * Aborted when the command is to end early, so that what was begun can be undone: with LifecycleError INTERRUPTED by
 * the first SIGHUP, SIGINT or SIGTERM, with the error itself when nobody reads our output any more. A second SIGINT or
 * SIGTERM ends the process at once. Asking for it takes all of this over from Node.
 */
export function interruption(): AbortSignal {
  controller ??= takeOver();
  return controller.signal;
}

/** Listener for errors of standard output and error: ends the command when their reader has gone. Throws other errors. */
export function onOutputError(error: Error): void {
  const terminalClosed = 'code' in error && error.code === 'EIO';
  if (!isBrokenPipe(error) && !terminalClosed) throw error;
  const reason = terminalClosed ? interrupted(SIGNALS.SIGHUP) : error;
  process.exitCode = exitCode(reason);
  if (controller === undefined) process.exit();
  // What is still to be told is told to nobody.
  controller.abort(reason);
}

function takeOver(): AbortController {
  const taken = new AbortController();
  for (const [name, number] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      // A terminal that closes tells it twice: the kernel does, and the shell.
      if (taken.signal.aborted && number !== SIGNALS.SIGHUP) process.exit(128 + number);
      taken.abort(interrupted(number));
    });
  }
  return taken;
}

function interrupted(number: number): LifecycleError {
  return new LifecycleError({ code: 'INTERRUPTED', message: 'interrupted', exitCode: 128 + number });
}
