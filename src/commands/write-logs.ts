import { once } from 'node:events';
import type { ObservedContainer } from '../contracts/observed.ts';
import type { Observers } from '../engine.ts';
import { ValueError } from '../errors/value-error.ts';
import { logs, type NamedLine } from '../pods/logs.ts';
import { parseTime } from '../values/time.ts';
import type { Flags } from './argv.ts';

/** Flags of all commands that show logs. */
export const logFlags = {
  follow: { type: 'boolean', char: 'f', summary: 'Show what comes, until the containers have ended' },
  names: { type: 'boolean', char: 'n', summary: 'Begin lines with the name of the container' },
  namespace: { type: 'option', helpValue: 'NAME', summary: 'Namespace of the names' },
  since: { type: 'option', helpValue: 'TIME', summary: 'Only what is newer: a time, or an age such as 10m' },
  tail: {
    type: 'option',
    helpValue: 'NUMBER',
    read: readCount,
    summary: 'Only the last lines of each container',
  },
  timestamps: { type: 'boolean', char: 't', summary: 'Show times' },
  until: { type: 'option', helpValue: 'TIME', summary: 'Only what is older' },
} as const satisfies Flags;

export interface LogView {
  readonly follow: boolean;
  readonly names: boolean;
  readonly timestamps: boolean;
  readonly tail: number | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly signal: AbortSignal;
}

/** Writes log lines to the streams that they were written to, no faster than those take them. */
export async function writeLogs(
  observers: Observers,
  containers: readonly ObservedContainer[],
  view: LogView,
): Promise<void> {
  const now = observers.clock.now();
  const time = (text: string | undefined) =>
    text === undefined ? undefined : parseTime(text, { now, relative: 'past' });
  const lines = logs(observers, containers, {
    follow: view.follow,
    signal: view.signal,
    tail: view.tail,
    since: time(view.since),
    until: time(view.until),
  });
  try {
    for await (const line of lines) {
      const stream = process[line.stream];
      if (!stream.write(text(line, view))) await once(stream, 'drain');
    }
  } catch (error) {
    // Ctrl-C is how following ends.
    if (!view.signal.aborted) throw error;
  }
}

function text(line: NamedLine, { names, timestamps }: LogView): string {
  const name = names ? `${line.container} ` : '';
  const time = timestamps ? `${line.time} ` : '';
  return `${name}${time}${line.text}${line.partial ? '' : '\n'}`;
}

function readCount(text: string): number | undefined {
  if (text === '-1' || text === 'all') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ValueError({ code: 'BAD_NAME', message: `${JSON.stringify(text)} is not a number of lines` });
}
