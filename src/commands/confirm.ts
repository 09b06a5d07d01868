import { createInterface } from 'node:readline';
import { UsageError } from '../errors/usage-error.ts';

/**
 * Asks on the terminal whether to do what `warning` says; true for yes. With `force` it does not ask. Throws UsageError
 * MISSING_ARGUMENT where nobody can be asked.
 */
export async function confirm({
  warning,
  force,
  signal,
}: {
  readonly warning: string;
  readonly force: boolean;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  if (force) return true;
  if (!process.stdin.isTTY) {
    throw new UsageError({
      code: 'MISSING_ARGUMENT',
      message: 'nobody can be asked whether to go on: standard input is no terminal',
      hint: 'use --force',
    });
  }
  process.stderr.write(`${warning}\nContinue? [y/N] `);
  // Without a terminal's keys of its own: Ctrl-C stays a signal, and Ctrl-D ends the lines, which is no yes.
  const lines = createInterface({ input: process.stdin, terminal: false, signal });
  try {
    const { value } = await lines[Symbol.asyncIterator]().next();
    signal.throwIfAborted();
    return /^y(es)?$/i.test(String(value).trim());
  } finally {
    lines.close();
  }
}
