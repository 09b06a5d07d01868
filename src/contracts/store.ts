import type { KubeObject } from '../kube/wire.ts';
import type { ContainerRecord, PodRecord, Wanted } from './records.ts';

/** Names one object. `namespace` is undefined for cluster-wide kinds; `group` is empty for the core group. */
export interface ObjectKey {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One line of the change log. */
export interface Change {
  readonly version: number;
  readonly type: ChangeType;
  readonly key: ObjectKey;
  readonly uid: string;
}

/** Kubernetes objects on disk, with one store-wide resourceVersion and compare-and-swap. */
export interface Objects {
  get<T extends KubeObject = KubeObject>(key: ObjectKey): Promise<T | undefined>;
  list<T extends KubeObject = KubeObject>(filter: {
    readonly group?: string;
    readonly kind: string;
    readonly namespace?: string;
  }): Promise<readonly T[]>;
  /** Adds uid (unless it has one), creationTimestamp, generation 1 and resourceVersion. Throws StateError OBJECT_EXISTS. */
  create<T extends KubeObject>(object: T): Promise<T>;
  /** Replaces; the object's resourceVersion, if set, must be the stored one. Throws CONFLICT, OBJECT_NOT_FOUND. Generation grows when spec changed. */
  update<T extends KubeObject>(object: T): Promise<T>;
  /** Removes. With `uid` or `resourceVersion`, only that very object. Throws OBJECT_NOT_FOUND, CONFLICT. */
  remove(
    key: ObjectKey,
    precondition?: { readonly uid?: string; readonly resourceVersion?: string },
  ): Promise<void>;
  /** The store-wide version now. */
  version(): Promise<number>;
  /** Changes after `version`, oldest first. Throws StateError GONE when the log no longer reaches back so far. */
  changes(version: number): Promise<readonly Change[]>;
  /** Every change after `version` as it happens, from any process. Ends when the signal aborts. */
  watch(version: number, signal: AbortSignal): AsyncIterable<Change>;
}

/** One thing that happened. */
export interface EventLine {
  readonly version: 1;
  readonly time: string;
  readonly object: {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid?: string;
  };
  readonly containerId?: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Events {
  /** One O_APPEND write. */
  append(event: Omit<EventLine, 'version' | 'time'> & { readonly time?: string }): Promise<void>;
  read(options?: { readonly since?: Date; readonly until?: Date }): AsyncIterable<EventLine>;
  /** Every event from now on, from any process. Ends when the signal aborts. */
  follow(signal: AbortSignal): AsyncIterable<EventLine>;
}

/** The right to act on a pod, freed by the kernel when its holder dies. */
export interface Lease extends AsyncDisposable {
  readonly podId: string;
}

/** Pod and container records. State locks are held inside these calls only, for milliseconds. */
export interface Records {
  pods(): Promise<readonly PodRecord[]>;
  pod(id: string): Promise<PodRecord | undefined>;
  /** Reserves the name in its namespace and writes the record. Throws StateError OBJECT_EXISTS if the name is taken. */
  createPod(record: PodRecord): Promise<void>;
  /** Reads, changes, writes under the pod's state lock. Returns undefined if the pod is gone. */
  updatePod(id: string, change: (record: PodRecord) => PodRecord): Promise<PodRecord | undefined>;
  removePod(id: string): Promise<void>;
  containers(podId?: string): Promise<readonly ContainerRecord[]>;
  container(id: string): Promise<ContainerRecord | undefined>;
  writeContainer(record: ContainerRecord): Promise<void>;
  updateContainer(
    id: string,
    change: (record: ContainerRecord) => ContainerRecord,
  ): Promise<ContainerRecord | undefined>;
  removeContainer(id: string): Promise<void>;
  /** Folder of a pod's or container's lasting data (created by this call). */
  podFolder(id: string): string;
  containerFolder(id: string): string;
  /** Writes the wanted state, with the next generation, and wakes the holder of the lease. */
  want(podId: string, state: Wanted['state']): Promise<Wanted | undefined>;
  /** Calls back after each change of the pod's wanted state, or its removal, by any process, until disposed. */
  onWanted(podId: string, listener: () => void): Disposable;
  /** Takes the lease, waiting for its holder until the signal aborts. It may be taken before the pod's record exists. */
  lease(podId: string, options?: { readonly signal?: AbortSignal }): Promise<Lease>;
  /** Takes the lease if it is free. */
  tryLease(podId: string): Promise<Lease | undefined>;
  /** Ids whose folder has files but no record. */
  remains(): Promise<{ readonly pods: readonly string[]; readonly containers: readonly string[] }>;
  /** Removes names, leases and half-written records that dead commands left without a record to belong to. */
  tidy(): Promise<void>;
  /** Names what this boot is: another identity means that run-time state is gone. */
  bootIdentity(): Promise<string>;
}

/** Journals of what a running command has made and would have to undo if it died. */
export interface Journals {
  /** Opens a journal that lasts until `finish`. It is locked by this process; a journal whose lock is free is a dead command's. */
  open(verb: string): Promise<Journal>;
  /** Whether there are any, of living commands or dead ones. Cheap. */
  any(): Promise<boolean>;
  /** Journals of dead commands, oldest first, each locked by us until finished. */
  abandoned(): Promise<readonly Journal[]>;
}

export interface Journal {
  readonly verb: string;
  readonly entries: readonly JournalEntry[];
  /** Recorded before the effect. */
  add(entry: JournalEntry): Promise<void>;
  finish(): Promise<void>;
}

/**
 * What a command is about to do. `commit` is its point of no return: a command found dead before it is undone, one
 * found dead after it is finished.
 */
export type JournalEntry =
  | { readonly type: 'object'; readonly key: ObjectKey; readonly uid: string }
  | { readonly type: 'update'; readonly previous: KubeObject }
  | { readonly type: 'commit'; readonly podIds: readonly string[]; readonly start: boolean }
  | { readonly type: 'volume'; readonly namespace: string; readonly name: string }
  | { readonly type: 'pod'; readonly podId: string };

/** All that pod keeps about itself. */
export interface Store {
  readonly objects: Objects;
  readonly events: Events;
  readonly records: Records;
  readonly journals: Journals;
}
