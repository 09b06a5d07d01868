import { PodError } from './pod-error.ts';

export type ProcessCode = 'NOT_FOUND' | 'NOT_EXECUTABLE' | 'FAILED' | 'TIMED_OUT';

/** How a child process ended. Exactly one of `exitCode` and `signal` is set once it ran. */
export interface ProcessFailure {
  readonly code: ProcessCode;
  readonly argv: readonly string[];
  readonly status?: number;
  readonly signal?: string;
  /** The last lines that it wrote to stderr, at most 4 KiB. */
  readonly stderr?: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** A program that pod runs was missing or failed. One shape for all of them. */
export class ProcessError extends PodError<ProcessCode> {
  readonly argv: readonly string[];
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;

  constructor(failure: ProcessFailure) {
    super({
      code: failure.code,
      kind: 'external',
      message: describe(failure),
      hint: failure.hint,
      cause: failure.cause,
    });
    this.argv = failure.argv;
    this.status = failure.status;
    this.signal = failure.signal;
    this.stderr = failure.stderr ?? '';
  }
}

function describe({ code, argv, status, signal, stderr }: ProcessFailure): string {
  const program = argv[0] ?? '(no program)';
  const tail = stderr?.trim() ? `: ${stderr.trim()}` : '';
  switch (code) {
    case 'NOT_FOUND':
      return `${program} is not installed`;
    case 'NOT_EXECUTABLE':
      return `${program} cannot be executed`;
    case 'TIMED_OUT':
      return `${program} did not end in time${tail}`;
    case 'FAILED':
      return `${program} ${signal === undefined ? `exited with ${status}` : `was killed by ${signal}`}${tail}`;
  }
}
