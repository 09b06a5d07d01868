import { StorageError } from '../errors/storage-error.ts';
import { readJson } from '../host/files.ts';
import { replaceSynced } from './replace-synced.ts';

/** Records of one kind, of a store with hundreds of images and thousands of layers. */
const maxBytes = 256 * 1024 * 1024;

/**
 * The records of one kind, kept in one file or in several (newer tools keep some in `volatile-*.json`); each goes back
 * to the file it came from. Members that we do not know are carried through.
 */
export class RecordFile<T extends { readonly id: string }> {
  readonly #files: readonly { readonly path: string; records: readonly T[]; changed: boolean }[];

  /** Reads the files; missing ones are empty. New records go to the first. Throws StorageError STORE_CORRUPT. */
  constructor(...paths: readonly string[]) {
    this.#files = paths.map((path) => ({ path, records: readRecords<T>(path), changed: false }));
  }

  all(): readonly T[] {
    return this.#files.flatMap(({ records }) => records);
  }

  get(id: string): T | undefined {
    return this.all().find((record) => record.id === id);
  }

  /** Whether `save` would write. */
  get changed(): boolean {
    return this.#files.some(({ changed }) => changed);
  }

  add(record: T): void {
    const [first] = this.#files;
    if (first === undefined) return;
    first.records = [...first.records, record];
    first.changed = true;
  }

  /** Replaces the record of this id. */
  put(record: T): void {
    this.#change((records) => records.map((old) => (old.id === record.id ? record : old)), record.id);
  }

  remove(id: string): void {
    this.#change((records) => records.filter((record) => record.id !== id), id);
  }

  /** Writes the files that have changed, each as one step. Throws SystemError. */
  async save(): Promise<void> {
    for (const file of this.#files) {
      if (!file.changed) continue;
      await replaceSynced(file.path, JSON.stringify(file.records));
      file.changed = false;
    }
  }

  #change(change: (records: readonly T[]) => readonly T[], id: string): void {
    for (const file of this.#files) {
      if (!file.records.some((record) => record.id === id)) continue;
      file.records = change(file.records);
      file.changed = true;
    }
  }
}

function readRecords<T extends { readonly id: string }>(path: string): readonly T[] {
  const value = parsed(path);
  // Go writes a list that was never filled as null.
  if (value === undefined || value === null) return [];
  const sound = Array.isArray(value) && value.every((record: unknown) => hasId(record));
  if (!sound) throw corrupt(path);
  return value as readonly T[];
}

function parsed(path: string): unknown {
  try {
    return readJson(path, maxBytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw corrupt(path, error);
    throw error;
  }
}

function hasId(record: unknown): boolean {
  return typeof record === 'object' && record !== null && 'id' in record && typeof record.id === 'string';
}

function corrupt(path: string, cause?: unknown): StorageError {
  return new StorageError({
    code: 'STORE_CORRUPT',
    kind: 'external',
    message: `${path} is not a list of records`,
    hint: 'the store was damaged; podman system reset empties it',
    cause,
  });
}
