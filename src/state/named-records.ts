import { existsSync } from 'node:fs';
import { StateError } from '../errors/state-error.ts';
import { faultPoint } from '../host/fault.ts';
import type { Ballast } from './ballast.ts';
import type { Names, ScopedName } from './names.ts';
import type { Identified, RecordFolders } from './record-folders.ts';
import type { Root } from './root-record.ts';
import type { StateLocks } from './state-locks.ts';

interface Parts<T extends Identified> {
  /** `pod` or `container`, for messages. */
  readonly what: string;
  readonly names: Names;
  readonly folders: RecordFolders<T>;
  readonly nameOf: (record: T) => ScopedName;
  readonly root: Root;
  readonly ballast: Ballast;
  readonly locks: Pick<StateLocks, 'names' | 'record'>;
}

/** Records whose names are unique in their namespace. Read without locks; written under the lock of their id. */
export interface NamedRecords<T extends Identified> {
  /** Reserves the name, then writes the record. Throws StateError OBJECT_EXISTS if a record has the name. */
  create(record: T): Promise<void>;
  /** Undefined if there is no record. `change` may return its argument: then nothing is written. */
  update(id: string, change: (record: T) => T): Promise<T | undefined>;
  /** Removes what lies beside the record, the record and the name; a damaged record too. No error if there is none. */
  remove(id: string): Promise<void>;
  /** Removes names and half-written records that belong to no record. */
  tidy(): Promise<void>;
}

export function createNamedRecords<T extends Identified>(parts: Parts<T>): NamedRecords<T> {
  const { what, names, folders, nameOf, root, ballast, locks } = parts;

  /** Without its record a name's link is stale, which `create` knows; so a damaged record may go without it. */
  function readable(id: string): T | undefined {
    try {
      return folders.read(id);
    } catch (error) {
      if (error instanceof StateError && error.code === 'RECORD_CORRUPT') return undefined;
      throw error;
    }
  }

  return {
    create: (record) =>
      locks.names(async () => {
        await root.claim();
        await ballast.take();
        const name = nameOf(record);
        const holder = names.holder(name);
        if (holder !== undefined && folders.read(holder) !== undefined) throw taken(what, name);
        names.reserve(name, record.id);
        faultPoint('records.named');
        try {
          await folders.create(record);
        } catch (error) {
          names.free(name, record.id);
          throw error;
        }
      }),

    update: (id, change) =>
      locks.record(id, async () => {
        const current = folders.read(id);
        if (current === undefined) return undefined;
        const next = change(current);
        if (next !== current) await ballast.relieve(() => folders.replace(next));
        return next;
      }),

    async remove(id) {
      await folders.clear(id);
      await locks.names(() =>
        locks.record(id, () => {
          const record = readable(id);
          folders.remove(id);
          if (record !== undefined) names.free(nameOf(record), id);
        }),
      );
    },

    tidy: () =>
      locks.names(async () => {
        await folders.sweep();
        names.sweep((id) => existsSync(folders.folder(id)));
      }),
  };
}

function taken(what: string, { namespace, name }: ScopedName): StateError {
  return new StateError({
    code: 'OBJECT_EXISTS',
    message: `the name ${name} is in use by another ${what} in namespace ${namespace}`,
    hint: `choose another name, or remove that ${what} first`,
  });
}
