import { UsageError } from '../errors/usage-error.ts';

/** Standard input, for a command that reads an archive from it. Throws UsageError MISSING_ARGUMENT when it is a terminal. */
export function standardInput(hint: string): NodeJS.ReadStream {
  if (!process.stdin.isTTY) return process.stdin;
  throw new UsageError({
    code: 'MISSING_ARGUMENT',
    message: 'standard input is a terminal, not an archive',
    hint,
  });
}
