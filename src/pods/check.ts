import { dirname } from 'node:path';
import type { Drivers } from '../contracts/drivers.ts';
import type { Journal } from '../contracts/store.ts';
import { StateError } from '../errors/state-error.ts';
import type { Pod } from '../kube/wire.ts';
import { isId, shortId } from '../values/id.ts';
import { podId } from './create.ts';
import { isHalfMade, removeHalfMade, settleJournal } from './sweep.ts';

/** Something on the machine that belongs to a pod or container that is gone, or that a dead command left half-done. */
export interface Leftover {
  /** What it is, in a few words for a person. */
  readonly text: string;
  /** Takes away just that. May be repeated. */
  remove(): Promise<void>;
}

/** Something that may be a leftover: it is one unless its owner is known. */
interface Trace extends Leftover {
  readonly owner: { readonly pod: string } | { readonly container: string } | 'nobody';
}

type Source = (drivers: Drivers) => Promise<readonly Trace[]>;

const SIGKILL = 9;

/**
 * Looks for what no pod needs. Looks twice, since what is just being made or removed would seem to be such. Changes
 * nothing; the order is that in which the leftovers are to be removed.
 */
export async function findLeftovers(drivers: Drivers): Promise<readonly Leftover[]> {
  // A dead command's journal is ours from the first look on, and so would not be found again.
  const unfinished = await journals(drivers);
  const first = await look(drivers);
  if (first.length === 0) return unfinished;
  const again = new Set((await look(drivers)).map(({ text }) => text));
  return [...unfinished, ...first.filter(({ text }) => again.has(text))];
}

/**
 * Removes what was found, then what only tidying up finds: names and locks of nobody. One that cannot be removed does
 * not keep the others; an AggregateError tells of all such.
 */
export async function removeLeftovers(drivers: Drivers, leftovers: readonly Leftover[]): Promise<void> {
  const failures: unknown[] = [];
  for (const leftover of leftovers) {
    try {
      await leftover.remove();
    } catch (error) {
      failures.push(error);
    }
  }
  await drivers.store.records.tidy();
  await drivers.cgroups.removeParent();
  if (failures.length > 0) throw new AggregateError(failures, 'some leftovers could not be removed');
}

/** The traces come first, the records after: what is made meanwhile has its record before it leaves a trace. */
async function look(drivers: Drivers): Promise<readonly Trace[]> {
  const traces = (await Promise.all(sources.map((source) => source(drivers)))).flat();
  const pods = await drivers.store.records.pods();
  const podIds = new Set(pods.map(({ id }) => id));
  const containerIds = new Set(pods.flatMap(({ containers }) => containers.map(({ id }) => id)));
  return traces.filter(({ owner }) => {
    if (owner === 'nobody') return true;
    if ('container' in owner) return !containerIds.has(owner.container);
    return (
      !podIds.has(owner.pod) && !pods.some(({ id }) => owner.pod.length < 64 && id.startsWith(owner.pod))
    );
  });
}

/** One for each sort of thing, in the order of removal: first what runs, last what is only written down. */
const sources: readonly Source[] = [
  halfMadePods,
  cgroups,
  monitors,
  runtimeContainers,
  rootFilesystems,
  bundles,
  attachments,
  networkRest,
  namespaces,
  volumes,
  sandboxes,
  containerRecords,
  recordFolders,
  podObjects,
];

async function journals({ store, ...drivers }: Drivers): Promise<readonly Trace[]> {
  const found: readonly Journal[] = await store.journals.abandoned();
  return found.map((journal) => ({
    owner: 'nobody',
    text: `unfinished work of a \`${journal.verb}\` that died`,
    remove: () => settleJournal({ store, ...drivers }, journal),
  }));
}

async function halfMadePods(drivers: Drivers): Promise<readonly Trace[]> {
  const { records } = drivers.store;
  const traces: Trace[] = [];
  for (const { id, name } of (await records.pods()).filter(isHalfMade)) {
    await using lease = await records.tryLease(id);
    if (lease === undefined) continue;
    traces.push({
      owner: 'nobody',
      text: `half-made pod ${name} (${shortId(id)})`,
      async remove() {
        await removeHalfMade(drivers, id);
      },
    });
  }
  return traces;
}

async function cgroups({ cgroups: driver }: Drivers): Promise<readonly Trace[]> {
  return (await driver.pods()).map((uid) => ({
    owner: { pod: podId(uid) },
    text: `cgroup ${driver.forPod(uid).filesystemPath}`,
    remove: () => driver.remove(driver.forPod(uid)),
  }));
}

/** conmon, which outlives its container's record only if both were lost in turn. */
async function monitors({ processes, sandboxes: driver }: Drivers): Promise<readonly Trace[]> {
  const folder = `${dirname(driver.bundle('x'))}/`;
  return processes.all().flatMap((pid): readonly Trace[] => {
    const start = processes.startTime(pid);
    const bundle = processes.state(pid)?.args.find((arg) => arg.startsWith(folder));
    const container = bundle?.slice(folder.length).split('/')[0];
    if (container === undefined || !isId(container) || start === undefined) return [];
    return [
      {
        owner: { container },
        text: `process ${pid} of container ${shortId(container)}`,
        remove: async () => processes.kill(pid, start, SIGKILL),
      },
    ];
  });
}

async function runtimeContainers({ runtime }: Drivers): Promise<readonly Trace[]> {
  return ofContainers(await runtime.present(), 'runtime state', (id) => runtime.delete(id));
}

async function rootFilesystems({ rootfs }: Drivers): Promise<readonly Trace[]> {
  return ofContainers(await rootfs.present(), 'root filesystem', (id) => rootfs.remove(id));
}

async function bundles({ sandboxes: driver }: Drivers): Promise<readonly Trace[]> {
  return ofContainers(await driver.bundles(), 'run-time files', (id) => driver.removeBundle(id));
}

async function attachments({ network }: Drivers): Promise<readonly Trace[]> {
  return ofPods(await network.attached(), 'network attachment', (id) => network.detach(id));
}

async function networkRest({ network }: Drivers): Promise<readonly Trace[]> {
  return (await network.leftovers()).map((leftover) => ({ owner: 'nobody', ...leftover }));
}

async function namespaces({ sandboxes: driver, namespaces: pins }: Drivers): Promise<readonly Trace[]> {
  return (await driver.pins()).map(({ path, podPrefix }) => ({
    owner: { pod: podPrefix },
    text: `network namespace ${path}`,
    remove: () => pins.unpin(path),
  }));
}

async function volumes({ volumes: driver }: Drivers): Promise<readonly Trace[]> {
  return ofPods(await driver.prepared(), 'volumes', (id) => driver.release(id));
}

async function sandboxes({ sandboxes: driver }: Drivers): Promise<readonly Trace[]> {
  return ofPods(await driver.present(), 'run-time files', (id) => driver.remove(id));
}

async function containerRecords({ store: { records } }: Drivers): Promise<readonly Trace[]> {
  return (await records.containers()).map(({ id, fullName }) => ({
    owner: { container: id },
    text: `record of container ${fullName} (${shortId(id)})`,
    remove: () => records.removeContainer(id),
  }));
}

/** What lies where a record was: logs and the like. Volumes are named as such. */
async function recordFolders({ store, volumes: driver }: Drivers): Promise<readonly Trace[]> {
  const { records } = store;
  const [{ pods, containers }, prepared] = await Promise.all([records.remains(), driver.prepared()]);
  return [
    ...ofContainers(containers, 'files', (id) => records.removeContainer(id)),
    ...ofPods(
      pods.filter((id) => !prepared.includes(id)),
      'files',
      (id) => records.removePod(id),
    ),
  ];
}

async function podObjects({ store: { objects } }: Drivers): Promise<readonly Trace[]> {
  return (await objects.list<Pod>({ kind: 'Pod' })).flatMap(({ metadata }): readonly Trace[] => {
    const { uid, name = '', namespace = 'default' } = metadata;
    if (uid === undefined) return [];
    return [
      {
        owner: { pod: podId(uid) },
        text: `object Pod ${namespace}/${name}`,
        remove: () => ignoreAbsent(objects.remove({ group: '', kind: 'Pod', namespace, name }, { uid })),
      },
    ];
  });
}

function ofContainers(
  ids: readonly string[],
  noun: string,
  remove: (id: string) => Promise<void>,
): readonly Trace[] {
  return ids.map((id) => ({
    owner: { container: id },
    text: `${noun} of container ${shortId(id)}`,
    remove: () => remove(id),
  }));
}

function ofPods(
  ids: readonly string[],
  noun: string,
  remove: (id: string) => Promise<void>,
): readonly Trace[] {
  return ids.map((id) => ({
    owner: { pod: id },
    text: `${noun} of pod ${shortId(id)}`,
    remove: () => remove(id),
  }));
}

async function ignoreAbsent(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof StateError && (error.code === 'OBJECT_NOT_FOUND' || error.code === 'CONFLICT')))
      throw error;
  }
}
