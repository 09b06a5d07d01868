import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Change, ChangeType, ObjectKey, Objects } from '../contracts/store.ts';
import { StateError } from '../errors/state-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { faultPoint } from '../host/fault.ts';
import {
  ensureFolder,
  listFolder,
  readFile,
  removeEmptyFolder,
  removeFile,
  rename,
  syncFolder,
  systemError,
  writeFile,
} from '../host/files.ts';
import { corrupt, parseObject } from '../host/read-record.ts';
import { watchFolder } from '../host/watch-folder.ts';
import type { KubeObject } from '../kube/wire.ts';
import { keyOf } from '../plan/object-key.ts';
import type { Ballast } from './ballast.ts';
import { changeLogName, createChangeLog, type Last } from './change-log.ts';
import { keyText, kindFolder, namespaceFolder, objectFolder, sameKey } from './object-key.ts';
import type { StateLocks } from './state-locks.ts';

interface Parts {
  /** The store's lasting folder. */
  readonly folder: string;
  readonly locks: Pick<StateLocks, 'store'>;
  readonly now: () => Date;
  readonly ballast: Ballast;
}

const objectFile = 'object.json';

/**
 * Objects as files, `objects/<group>/<Kind>/<namespace>/<name>/object.json`. A change is: the new content in the one
 * pending file, a line in the change log (the commit), the rename of the pending file to its place. A writer may die
 * after any of these: a pending file whose version is the log's last is renamed by whoever takes the store lock next,
 * any other is dropped.
 */
export function createObjects({ folder, locks, now, ballast }: Parts): Objects {
  const root = join(folder, 'objects');
  const pending = join(root, '.pending.json');
  const log = createChangeLog(folder);

  const pathOf = (key: ObjectKey) => join(root, objectFolder(key), objectFile);

  /** Runs `action` under the store lock, on a log and objects that agree. */
  function locked<T>(action: (last: Last) => T | Promise<T>): Promise<T> {
    return locks.store(async () => {
      try {
        const last = await log.last(() => highestVersion(root));
        await finish(last);
        return await action(last);
      } catch (error) {
        throw systemError(error);
      }
    });
  }

  let settled: Promise<void> | undefined;

  /**
   * Before the first reading: a change that its dead writer had committed is seen. On a disk that cannot be written to
   * things are read as they are.
   */
  function settle(): Promise<void> {
    settled ??= existsSync(join(folder, changeLogName))
      ? locked(() => undefined).catch(ignoreReadOnly)
      : Promise.resolve();
    return settled;
  }

  function ignoreReadOnly(error: unknown): void {
    if (!(error instanceof SystemError && error.errno === 'EROFS')) throw error;
  }

  const changes = (version: number) => locked(() => log.after(version));

  async function finish({ version, change }: Last): Promise<void> {
    if (change?.type === 'DELETED') await erase(change.key, version);
    const content = readFile(pending)?.toString('utf8');
    if (content === undefined) return;
    if (change !== undefined && versionIn(content) === version) await put(change.key);
    else removeFile(pending);
  }

  async function put(key: ObjectKey): Promise<void> {
    const path = pathOf(key);
    ensureFolder(join(root, objectFolder(key)), { durable: true });
    rename(pending, path);
    await syncFolder(join(root, objectFolder(key)));
  }

  async function erase(key: ObjectKey, version: number): Promise<void> {
    const current = readObject(pathOf(key), key);
    if (current === undefined || versionOf(current) > version) return;
    removeFile(pathOf(key));
    if (removeEmptyFolder(join(root, objectFolder(key)))) await syncFolder(join(root, namespaceFolder(key)));
  }

  async function commit(change: Change, object?: KubeObject): Promise<void> {
    if (object !== undefined) {
      ensureFolder(root, { durable: true });
      await writePending(object);
    }
    faultPoint('objects.pending');
    const undo = log.append(change);
    faultPoint('objects.logged');
    try {
      if (object === undefined) await erase(change.key, change.version);
      else await put(change.key);
    } catch (error) {
      const undone = object === undefined ? readFile(pathOf(change.key)) !== undefined : removeFile(pending);
      if (undone) undo();
      throw error;
    }
    faultPoint('objects.placed');
    await log.rotate();
  }

  async function writePending(object: KubeObject): Promise<void> {
    try {
      await writeFile(pending, `${JSON.stringify(object)}\n`, { durable: true });
    } catch (error) {
      removeFile(pending);
      throw error;
    }
  }

  return {
    async get<T extends KubeObject>(key: ObjectKey) {
      await settle();
      return readObject(pathOf(key), key) as T | undefined;
    },

    async list<T extends KubeObject>(filter: Parameters<Objects['list']>[0]) {
      await settle();
      const found: KubeObject[] = [];
      for (const path of objectPaths(root, { group: '', ...filter })) {
        const object = readObject(path);
        if (object !== undefined) found.push(object);
      }
      return found.sort(byName) as T[];
    },

    create<T extends KubeObject>(object: T) {
      const key = keyOf(object);
      return locked(async ({ version }) => {
        if (readObject(pathOf(key), key) !== undefined) throw exists(key);
        const metadata = {
          ...object.metadata,
          uid: object.metadata.uid ?? randomUUID(),
          creationTimestamp: object.metadata.creationTimestamp ?? seconds(now()),
          generation: 1,
          resourceVersion: String(version + 1),
        };
        const created = wireOf({ ...object, metadata });
        await commit(changeOf('ADDED', created), created);
        return created;
      });
    },

    update<T extends KubeObject>(object: T) {
      const key = keyOf(object);
      return locked(async ({ version }) => {
        const current = readObject(pathOf(key), key) as T | undefined;
        if (current === undefined) throw notFound(key);
        const { uid, resourceVersion } = object.metadata;
        checkPrecondition(current, { uid, resourceVersion });
        const next = successor(current, object);
        if (isDeepStrictEqual(next, current)) return current;
        next.metadata.resourceVersion = String(version + 1);
        await commit(changeOf('MODIFIED', next), next);
        return next;
      });
    },

    remove(key, precondition = {}) {
      const removal = () =>
        locked(async ({ version }) => {
          const current = readObject(pathOf(key), key);
          if (current === undefined) throw notFound(key);
          checkPrecondition(current, precondition);
          await commit({ ...changeOf('DELETED', current), version: version + 1 });
        });
      return ballast.relieve(removal);
    },

    version: () => locked((last) => last.version),

    changes,

    async *watch(version, signal) {
      ensureFolder(folder);
      let changed = Promise.withResolvers<void>();
      const wake = () => changed.resolve();
      using _watcher = watchFolder(
        folder,
        (name) => {
          if (name === changeLogName || name === '') wake();
        },
        { keepAlive: true },
      );
      signal.addEventListener('abort', wake);
      try {
        for (let seen = version; !signal.aborted; await changed.promise) {
          changed = Promise.withResolvers();
          for (const change of await changes(seen)) {
            if (signal.aborted) return;
            seen = change.version;
            yield change;
          }
        }
      } finally {
        signal.removeEventListener('abort', wake);
      }
    },
  };
}

/** The next state of an object: what the store decides is kept, and the generation grows when the spec changed. */
function successor<T extends KubeObject>(current: T, object: T): T {
  const { uid, creationTimestamp, generation, resourceVersion } = current.metadata;
  const next = wireOf({
    ...object,
    metadata: { ...object.metadata, uid, creationTimestamp, generation, resourceVersion },
  });
  if (!isDeepStrictEqual(specOf(next), specOf(current))) next.metadata.generation = (generation ?? 0) + 1;
  return next;
}

function specOf(object: KubeObject): unknown {
  return 'spec' in object ? object.spec : undefined;
}

function checkPrecondition(
  { apiVersion, kind, metadata }: KubeObject,
  { uid, resourceVersion }: { readonly uid?: string; readonly resourceVersion?: string },
): void {
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(keyOf({ apiVersion, kind, metadata }), 'it was replaced by another of the same name');
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw conflict(
      keyOf({ apiVersion, kind, metadata }),
      `it changed since version ${resourceVersion} (now ${metadata.resourceVersion})`,
    );
  }
}

function changeOf(type: ChangeType, object: KubeObject): Change {
  return { version: versionOf(object), type, key: keyOf(object), uid: object.metadata.uid ?? '' };
}

function versionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion);
}

/** The version in a pending file; undefined if its writer died before it was whole. */
function versionIn(content: string): number | undefined {
  try {
    return versionOf(JSON.parse(content) as KubeObject);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** With a key, also checks that the file tells this very object, since its path may be a hash. */
function readObject(path: string, key?: ObjectKey): KubeObject | undefined {
  const content = readFile(path);
  if (content === undefined) return undefined;
  const object = parseObject(content.toString('utf8'), path) as unknown as KubeObject;
  if (typeof object.metadata !== 'object' || !Number.isSafeInteger(versionOf(object))) {
    throw corrupt(path, 'it is not an object with a resourceVersion');
  }
  if (key !== undefined && !sameKey(keyOf(object), key)) throw corrupt(path, `it is not ${keyText(key)}`);
  return object;
}

function* objectPaths(
  root: string,
  filter: { readonly group: string; readonly kind: string; readonly namespace?: string },
): Generator<string> {
  const kind = join(root, kindFolder(filter));
  const namespaces =
    filter.namespace === undefined
      ? listFolder(kind).map((name) => join(kind, name))
      : [join(root, namespaceFolder(filter))];
  for (const namespace of namespaces) {
    for (const name of listFolder(namespace)) yield join(namespace, name, objectFile);
  }
}

function highestVersion(root: string): number {
  let highest = 0;
  for (const group of listFolder(root)) {
    for (const kind of listFolder(join(root, group))) {
      for (const namespace of listFolder(join(root, group, kind))) {
        for (const name of listFolder(join(root, group, kind, namespace))) {
          const object = readObject(join(root, group, kind, namespace, name, objectFile));
          highest = Math.max(highest, object === undefined ? 0 : versionOf(object));
        }
      }
    }
  }
  return highest;
}

/** What a reader of the file will see: without the fields that are undefined. */
function wireOf<T extends KubeObject>(object: T): T {
  return JSON.parse(JSON.stringify(object)) as T;
}

function byName({ metadata: one }: KubeObject, { metadata: other }: KubeObject): number {
  return compare(one.namespace ?? '', other.namespace ?? '') || compare(one.name ?? '', other.name ?? '');
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Kubernetes' times have whole seconds. */
function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function exists(key: ObjectKey): StateError {
  return new StateError({
    code: 'OBJECT_EXISTS',
    message: `${keyText(key)} already exists`,
    hint: 'choose another name, or replace it',
  });
}

function notFound(key: ObjectKey): StateError {
  return new StateError({ code: 'OBJECT_NOT_FOUND', message: `there is no ${keyText(key)}` });
}

function conflict(key: ObjectKey, why: string): StateError {
  return new StateError({
    code: 'CONFLICT',
    message: `${keyText(key)} is not the one that was meant: ${why}`,
    hint: 'read it again and repeat the change',
  });
}
