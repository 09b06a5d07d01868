import { join } from 'node:path';
import { SystemError } from '../errors/system-error.ts';
import { faultPoint } from '../host/fault.ts';
import {
  ensureFolder,
  listFolder,
  removeEmptyFolder,
  removeFile,
  removeTree,
  rename,
  replaceFile,
} from '../host/files.ts';
import { readRecord } from '../host/read-record.ts';

const format = 1;

export interface Identified {
  readonly format: number;
  readonly id: string;
}

/**
 * Records of one sort, each in a folder named by its id together with what belongs to it. A folder appears with its
 * record in it and loses the record last, so one without a record is the end of a removal.
 */
export interface RecordFolders<T extends Identified> {
  folder(id: string): string;
  ids(): readonly string[];
  /** Throws StateError RECORD_NEWER, RECORD_CORRUPT. */
  read(id: string): T | undefined;
  all(): readonly T[];
  /** Ids of folders that have files but no record. */
  remains(): readonly string[];
  /** Under the names lock: makes the folder. What an unfinished removal left there stays beside it. */
  create(record: T): Promise<void>;
  replace(record: T): Promise<void>;
  /** Removes what lies beside the record. Throws SystemError EBUSY if something is still mounted there. */
  clear(id: string): Promise<void>;
  /** Removes the record, and its folder once that is clear. */
  remove(id: string): void;
  /** Under the names lock: removes what `create` of a dead command has not put in its place. */
  sweep(): Promise<void>;
}

interface Place {
  /** The folder of all folders. */
  readonly root: string;
  /** Name of the record's file in its folder. */
  readonly file: string;
  /** A folder on the same file system, made and removed under the names lock. */
  readonly staged: string;
}

export function createRecordFolders<T extends Identified>({ root, file, staged }: Place): RecordFolders<T> {
  const folder = (id: string) => join(root, id);
  const pathOf = (id: string) => join(root, id, file);
  const read = (id: string) => readRecord<T>(pathOf(id), { format, identity: { id } });
  const ids = () => listFolder(root);
  const isBare = (id: string) => {
    const names = listFolder(folder(id));
    return names.length > 0 && !names.includes(file);
  };
  const textOf = (record: T) => `${JSON.stringify(record)}\n`;

  return {
    folder,
    ids,
    read,

    all() {
      const records: T[] = [];
      for (const id of ids()) {
        const record = read(id);
        if (record === undefined) removeEmptyFolder(folder(id));
        else records.push(record);
      }
      return records;
    },

    remains: () => ids().filter((id) => isBare(id)),

    async create(record) {
      await removeTree(staged);
      ensureFolder(staged);
      await replaceFile(join(staged, file), textOf(record));
      faultPoint('records.staged');
      ensureFolder(root);
      try {
        rename(staged, folder(record.id));
      } catch (error) {
        if (!(error instanceof SystemError) || !['ENOTEMPTY', 'EEXIST'].includes(error.errno)) throw error;
        await replaceFile(pathOf(record.id), textOf(record));
        await removeTree(staged);
      }
    },

    async replace(record) {
      await replaceFile(pathOf(record.id), textOf(record));
    },

    async clear(id) {
      for (const name of listFolder(folder(id))) {
        if (name !== file) await removeTree(join(folder(id), name));
      }
      faultPoint('records.cleared');
    },

    remove(id) {
      removeFile(pathOf(id));
      faultPoint('records.removed');
      removeEmptyFolder(folder(id));
    },

    sweep: () => removeTree(staged),
  };
}
