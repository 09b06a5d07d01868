import type { Drivers } from '../contracts/drivers.ts';
import type { Journal, JournalEntry } from '../contracts/store.ts';
import { StateError } from '../errors/state-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import type { KubeObject } from '../kube/wire.ts';
import { removePod } from './remove.ts';

/**
 * Finishes what commands that died left half-done: removes pods that were being made or removed and whose lease is
 * free, and undoes abandoned journals. Cheap when there is nothing to do. Returns the names of the pods removed.
 */
export async function sweep(drivers: Drivers): Promise<readonly string[]> {
  for (const journal of await drivers.store.journals.abandoned()) await settleJournal(drivers, journal);
  const pods = await drivers.store.records.pods();
  const halfMade = pods.filter(({ phase }) => phase !== 'ready');
  const removed: string[] = [];
  for (const { id, name } of halfMade) {
    await using lease = await drivers.store.records.tryLease(id);
    if (lease === undefined) continue;
    // Its owner may have finished between the reading and the lease.
    const now = await drivers.store.records.pod(id);
    if (now === undefined || now.phase === 'ready') continue;
    await removePod(drivers, id);
    removed.push(name);
  }
  return removed;
}

async function settleJournal(drivers: Drivers, journal: Journal): Promise<void> {
  const commit = journal.entries.find((entry) => entry.type === 'commit');
  if (commit === undefined) return undoJournal(drivers, journal);
  await readyPods(drivers, commit);
  await journal.finish();
}

/** Makes the pods of a committed play lasting. */
export async function readyPods({ store }: Drivers, { podIds, start }: Omit<Commit, 'type'>): Promise<void> {
  for (const id of podIds) {
    await store.records.updatePod(id, (current) => ({
      ...current,
      phase: current.phase === 'creating' ? 'ready' : current.phase,
      wanted: start ? current.wanted : { state: 'stopped', generation: current.wanted.generation + 1 },
    }));
  }
}

type Commit = Extract<JournalEntry, { type: 'commit' }>;

/** Undoes what a journal lists, newest first, and closes it. */
export async function undoJournal(drivers: Drivers, journal: Journal): Promise<void> {
  for (const entry of journal.entries.toReversed()) await undo(drivers, entry);
  await journal.finish();
}

async function undo(drivers: Drivers, entry: JournalEntry): Promise<void> {
  switch (entry.type) {
    case 'object':
      return ignoreAbsent(drivers.store.objects.remove(entry.key, { uid: entry.uid }));
    case 'update':
      return restore(drivers, entry.previous);
    case 'commit':
      return;
    case 'volume':
      return ignoreAbsent(drivers.volumes.removeNamed(entry));
    case 'pod': {
      const record = await drivers.store.records.pod(entry.podId);
      if (record === undefined || record.phase === 'ready') return;
      await using lease = await drivers.store.records.tryLease(entry.podId);
      if (lease !== undefined) await removePod(drivers, entry.podId);
      return;
    }
  }
}

/** Gives an object the content back that it had, over whatever version it has by now. */
async function restore({ store }: Drivers, previous: KubeObject): Promise<void> {
  const { resourceVersion: _old, ...metadata } = previous.metadata;
  await ignoreAbsent(store.objects.update({ ...previous, metadata }).then(() => undefined));
}

async function ignoreAbsent(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (error instanceof StateError && (error.code === 'OBJECT_NOT_FOUND' || error.code === 'CONFLICT'))
      return;
    if (error instanceof VolumeError && error.code === 'VOLUME_NOT_FOUND') return;
    throw error;
  }
}
