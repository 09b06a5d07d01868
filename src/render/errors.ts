import { ManifestError } from '../errors/manifest-error.ts';
import { PodError } from '../errors/pod-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { renderFaults } from './faults.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';

export interface ErrorView {
  readonly style: Style;
  /** Adds causes and stacks. */
  readonly verbose: boolean;
}

/**
 * Tells an error: `Error: ` and its message, then its hint; the faults of a manifest before that. Of several, each.
 * Ends with a line feed.
 */
export function renderError(error: unknown, view: ErrorView): string {
  if (error instanceof AggregateError) return error.errors.map((each) => renderError(each, view)).join('');
  const { style, verbose } = view;
  const { message, hint } = tell(error);
  const parts = [
    error instanceof ManifestError ? `${renderFaults(error.faults, style)}\n` : '',
    `${style.red('Error')}: ${visible(message.trimEnd())}\n`,
    hint === undefined ? '' : `${style.cyan('Hint')}: ${visible(hint.trimEnd())}\n`,
    verbose ? `${visible(trace(error))}\n` : '',
  ];
  return parts.join('');
}

/** A warning as one line. Ends with a line feed. */
export function renderWarning(message: string, style: Style): string {
  return `${style.yellow('Warning')}: ${visible(message.trimEnd())}\n`;
}

function tell(error: unknown): { readonly message: string; readonly hint?: string | undefined } {
  if (error instanceof PodError) return { message: error.message, hint: error.hint ?? systemHint(error) };
  const refused = systemRefusal(error);
  if (refused !== undefined) return { message: refused, hint: systemHint(error) };
  return {
    message: `unexpected failure: ${describe(error)}`,
    hint: 'this is a fault in pod itself; --log-level debug shows where',
  };
}

/** Refusals of the kernel that have the same way out whatever was being done. */
const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on the disk that pod keeps its state and images on; `pod info` shows where they lie',
  EDQUOT: 'make room on the disk that pod keeps its state and images on; `pod info` shows where they lie',
  EROFS: 'the file system is mounted read-only; choose another place with --root and --runroot',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'too many files are open on this host',
};

function systemHint(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const errno = error instanceof SystemError ? error.errno : (error as NodeJS.ErrnoException).code;
  return systemHints[errno ?? ''];
}

/** What Node tells when a system call fails: the machine's answer, not a fault in pod. */
function systemRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const reason = /^[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1] ?? String(error.code);
  const path = 'path' in error ? ` ${error.path}` : '';
  return `${error.syscall}${path}: ${reason}`;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const nested =
    error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  return [error.stack ?? String(error), ...nested.map((cause) => `Caused by: ${trace(cause)}`)].join('\n');
}
