import { ManifestError } from '../errors/manifest-error.ts';
import { PodError } from '../errors/pod-error.ts';
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
  const known = error instanceof PodError;
  const message = known ? error.message : `unexpected failure: ${describe(error)}`;
  const hint = known ? error.hint : 'this is a fault in pod itself; --log-level debug shows where';
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

function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const nested =
    error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  return [error.stack ?? String(error), ...nested.map((cause) => `Caused by: ${trace(cause)}`)].join('\n');
}
