import type { Drivers } from '../contracts/drivers.ts';
import type { PodRecord } from '../contracts/records.ts';
import type { Journal, JournalEntry } from '../contracts/store.ts';
import { PodError } from '../errors/pod-error.ts';
import { StateError } from '../errors/state-error.ts';
import { VolumeError } from '../errors/volume-error.ts';
import type { KubeObject } from '../kube/wire.ts';
import { removePod } from './remove.ts';

/**
 * Finishes what commands that died left half-done: removes pods that were being made or removed and whose lease is
 * free, and undoes abandoned journals. Cheap when there is nothing to do. Returns the names of the pods removed.
 */
export async function sweep(drivers: Drivers): Promise<readonly string[]> {
  const { journals, records } = drivers.store;
  const abandoned = await journals.abandoned();
  for (const journal of abandoned) await unlessRefused(settleJournal(drivers, journal));
  const removed: string[] = [];
  for (const { id, name } of (await records.pods()).filter(isHalfMade)) {
    if (await unlessRefused(removeHalfMade(drivers, id))) removed.push(name);
  }
  if (abandoned.length > 0 || removed.length > 0) await records.tidy();
  return removed;
}

/**
 * What cannot be finished now (a full disk, a plugin that fails) stays as it is for a later command, and stops nobody
 * from working on other pods. Returns undefined for it.
 */
async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PodError) return undefined;
    throw error;
  }
}

/** Whether a pod is being made or removed; where its lease is free, nobody is at it any more. */
export function isHalfMade({ phase, wanted }: PodRecord): boolean {
  return phase !== 'ready' || wanted.state === 'absent';
}

/** Removes a pod that is half-made still, unless somebody is at it. Returns whether it did. */
export async function removeHalfMade(drivers: Drivers, podId: string): Promise<boolean> {
  const { records } = drivers.store;
  await using lease = await records.tryLease(podId);
  if (lease === undefined) return false;
  // Its owner, or whoever settled its journal, may have finished before the lease was ours.
  const record = await records.pod(podId);
  if (record === undefined || !isHalfMade(record)) return false;
  await removePod(drivers, podId);
  return true;
}

/** Finishes a dead command's work if it had come to its point of no return, and undoes it otherwise. */
export async function settleJournal(drivers: Drivers, journal: Journal): Promise<void> {
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
      wanted:
        start || current.wanted.state === 'absent'
          ? current.wanted
          : { state: 'stopped', generation: current.wanted.generation + 1 },
    }));
  }
}

type Commit = Extract<JournalEntry, { type: 'commit' }>;

/** Undoes what a journal lists, newest first, and closes it. Pods go before the objects and volumes that they use. */
export async function undoJournal(drivers: Drivers, journal: Journal): Promise<void> {
  const { pod = [], rest = [] } = Object.groupBy(journal.entries.toReversed(), ({ type }) =>
    type === 'pod' ? type : 'rest',
  );
  for (const entry of [...pod, ...rest]) await undo(drivers, entry);
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
    case 'pod':
      await removeHalfMade(drivers, entry.podId);
      return;
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
    // A pod of another command may use the volume by now: then it is that one's.
    if (error instanceof VolumeError && ['VOLUME_NOT_FOUND', 'VOLUME_IN_USE'].includes(error.code)) return;
    throw error;
  }
}
