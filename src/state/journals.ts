import { randomBytes } from 'node:crypto';
import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal, JournalEntry, Journals } from '../contracts/store.ts';
import { createFile, ensureFolder, listFolder, readFile, removeFile, systemError } from '../host/files.ts';
import type { Lock } from '../host/lock.ts';
import { parseObject, parseRecord } from '../host/read-record.ts';
import type { StateLocks } from './state-locks.ts';

const format = 1;

interface Header {
  readonly format: number;
  readonly verb: string;
}

interface Parts {
  readonly folder: string;
  readonly locks: Pick<StateLocks, 'journals' | 'tryJournal'>;
  readonly now: () => Date;
}

/**
 * Journals as files that their writers hold locked: a header line, then one line for each entry. The file's name
 * begins with its time. Making, locking and looking through them happens under the journals lock, so that nobody
 * sees one that is not locked yet.
 */
export function createJournals({ folder, locks, now }: Parts): Journals {
  return {
    open: (verb) =>
      locks.journals(async () => {
        ensureFolder(folder);
        const path = join(folder, `${now().toISOString()}-${randomBytes(4).toString('hex')}`);
        const header: Header = { format, verb };
        await createFile(path, `${JSON.stringify(header)}\n`);
        return journal(path, { verb, entries: [], held: locks.tryJournal(path) });
      }),

    any: async () => listFolder(folder).length > 0,

    async abandoned() {
      if (listFolder(folder).length === 0) return [];
      return locks.journals(() =>
        [...listFolder(folder)]
          .sort()
          .map((name) => adopt(join(folder, name)))
          .filter((found) => found !== undefined),
      );
    },
  };

  function adopt(path: string): Journal | undefined {
    const held = locks.tryJournal(path);
    if (held === undefined) return undefined;
    const content = readJournal(path);
    if (content !== undefined) return journal(path, { ...content, held });
    removeFile(path);
    held.release();
    return undefined;
  }
}

interface Content {
  readonly verb: string;
  readonly entries: readonly JournalEntry[];
}

function journal(
  path: string,
  { verb, entries, held }: Content & { readonly held: Lock | undefined },
): Journal {
  const all = [...entries];
  return {
    verb,
    get entries() {
      return all;
    },
    async add(entry) {
      appendLine(path, JSON.stringify(entry));
      all.push(entry);
    },
    async finish() {
      removeFile(path);
      held?.release();
    },
  };
}

/** A line that does not fit on the disk leaves no part of itself. */
function appendLine(path: string, line: string): void {
  const { size } = statSync(path);
  try {
    appendFileSync(path, `${line}\n`);
  } catch (error) {
    truncateSync(path, size);
    throw systemError(error, path);
  }
}

/** Undefined if its writer died before it had written anything. A last line cut short was never acted on. */
function readJournal(path: string): Content | undefined {
  const [first, ...lines] = (readFile(path)?.toString('utf8') ?? '').split('\n').slice(0, -1);
  if (first === undefined) return undefined;
  const { verb } = parseRecord<Header>(first, { path, format });
  return { verb, entries: lines.map((line) => parseObject(line, path) as unknown as JournalEntry) };
}
