import { join, resolve } from 'node:path';
import { StateError } from '../errors/state-error.ts';
import { ensureFolder, replaceFile } from '../host/files.ts';
import { readRecord } from '../host/read-record.ts';

const format = 1;

interface RootRecord {
  readonly format: number;
  /** Folder of the run-time state that belongs to this root. */
  readonly runFolder: string;
}

interface Parts {
  readonly folder: string;
  readonly runFolder: string;
  /** Whether a container of this root runs now. */
  readonly running: () => boolean;
}

/** Which run folder belongs to a root, so that two commands never manage one root's containers from two places. */
export interface Root {
  /** Throws StateError ROOT_IN_USE when containers run with another run folder, RECORD_NEWER. */
  check(): void;
  /** Under the names lock, before a record is made: checks and takes the root over. */
  claim(): Promise<void>;
}

export function createRoot({ folder, runFolder, running }: Parts): Root {
  const path = join(folder, 'root.json');
  const own = resolve(runFolder);

  function owned(): boolean {
    const record = readRecord<RootRecord>(path, { format });
    if (record?.runFolder === own) return true;
    if (record !== undefined && running()) throw inUse(folder, record.runFolder);
    return false;
  }

  return {
    check() {
      owned();
    },

    async claim() {
      if (owned()) return;
      ensureFolder(folder);
      const record: RootRecord = { format, runFolder: own };
      await replaceFile(path, `${JSON.stringify(record)}\n`, { durable: true });
    },
  };
}

function inUse(folder: string, runFolder: string): StateError {
  return new StateError({
    code: 'ROOT_IN_USE',
    message: `containers of ${folder} run with their run-time state in ${runFolder}`,
    hint: `use the --runroot they were started with (their run folder is ${runFolder}), or stop them first`,
  });
}
