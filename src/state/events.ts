import { closeSync, createReadStream, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EventLine, Events } from '../contracts/store.ts';
import { SystemError } from '../errors/system-error.ts';
import { ensureFolder, rename, systemError } from '../host/files.ts';
import { newer } from '../host/read-record.ts';
import { followLines } from './follow-lines.ts';
import type { StateLocks } from './state-locks.ts';

const format = 1;
const rotateBeyond = 4 * 1024 * 1024;

interface Parts {
  readonly folder: string;
  readonly locks: Pick<StateLocks, 'events'>;
  readonly now: () => Date;
}

/**
 * Events as JSON lines in `events.log`, and the ones before them in `events.log.1`. A line is one O_APPEND write. A
 * line that a full disk or a power loss cut short is skipped by readers, and the next line does not join it.
 */
export function createEvents({ folder, locks, now }: Parts): Events {
  const path = join(folder, 'events.log');
  const older = `${path}.1`;

  function rotate(): Promise<void> {
    return locks.events(() => {
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > rotateBeyond) rename(path, older);
    });
  }

  return {
    async append(event) {
      const line: EventLine = { version: format, time: now().toISOString(), ...event };
      ensureFolder(folder);
      if (appendLine(path, JSON.stringify(line)) > rotateBeyond) await rotate();
    },

    async *follow(signal) {
      ensureFolder(folder);
      for await (const line of followLines(path, signal)) {
        const event = parseEvent(line, path);
        if (event !== undefined) yield event;
      }
    },

    async *read({ since, until } = {}) {
      for (const file of [older, path]) {
        for await (const line of linesOf(file)) {
          const event = parseEvent(line, file);
          if (event === undefined) continue;
          const time = Date.parse(event.time);
          if (since !== undefined && time < since.getTime()) continue;
          if (until !== undefined && time > until.getTime()) continue;
          yield event;
        }
      }
    },
  };
}

/** Returns the size of the file after it. */
function appendLine(path: string, line: string): number {
  try {
    const descriptor = openSync(path, 'a+', 0o600);
    try {
      const { size } = fstatSync(descriptor);
      const bytes = Buffer.from(`${endsWhole(descriptor, size) ? '' : '\n'}${line}\n`);
      if (writeSync(descriptor, bytes) < bytes.length) {
        throw new SystemError({ errno: 'ENOSPC', syscall: 'write', path });
      }
      return size;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw systemError(error, path);
  }
}

function endsWhole(descriptor: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(descriptor, last, 0, 1, size - 1);
  return last[0] === 0x0a;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path);
  try {
    yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw systemError(error);
  } finally {
    stream.destroy();
  }
}

function parseEvent(line: string, path: string): EventLine | undefined {
  let event: Partial<EventLine> | null;
  try {
    event = JSON.parse(line) as Partial<EventLine> | null;
  } catch (error) {
    // Cut short when it was written; its neighbours are whole.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof event !== 'object' || typeof event?.version !== 'number') return undefined;
  if (event.version > format) throw newer(path, { found: event.version, format });
  return event as EventLine;
}
