import { createInterface } from 'node:readline/promises';
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
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${warning}.\nContinue? [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
