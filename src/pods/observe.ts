import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { ContainerRecord, PodRecord } from '../contracts/records.ts';
import type { Pod } from '../kube/wire.ts';
import { podKey } from './pod-key.ts';

type Needs = Pick<Drivers, 'store' | 'runtime' | 'processes'>;

/** Reads every pod with its containers as they are now. Writes nothing. */
export async function observePods(drivers: Needs): Promise<readonly ObservedPod[]> {
  const [pods, containers, boot] = await Promise.all([
    drivers.store.records.pods(),
    drivers.store.records.containers(),
    drivers.store.records.bootIdentity(),
  ]);
  const byPod = Map.groupBy(containers, (container) => container.podId);
  return Promise.all(
    pods.map((record) => observe(drivers, { record, containers: byPod.get(record.id) ?? [], boot })),
  );
}

/** Reads one pod as it is now, or undefined if there is none with this id. */
export async function observePod(drivers: Needs, podId: string): Promise<ObservedPod | undefined> {
  const record = await drivers.store.records.pod(podId);
  if (record === undefined) return undefined;
  const [containers, boot] = await Promise.all([
    drivers.store.records.containers(podId),
    drivers.store.records.bootIdentity(),
  ]);
  return observe(drivers, { record, containers, boot });
}

interface Found {
  readonly record: PodRecord;
  readonly containers: readonly ContainerRecord[];
  readonly boot: string;
}

async function observe(drivers: Needs, { record, containers, boot }: Found): Promise<ObservedPod> {
  const byId = new Map(containers.map((container) => [container.id, container]));
  const ordered = record.containers.flatMap(({ id }) => byId.get(id) ?? []);
  const observed = await Promise.all(ordered.map((container) => observeContainer(drivers, container, boot)));
  const infra = observed.find((container) => container.record.role === 'infra');
  return {
    record,
    pod: await drivers.store.objects.get<Pod>(podKey(record)),
    containers: observed,
    sandboxUp: record.sandbox?.raised === true && record.sandbox.boot === boot && infra?.running === true,
  };
}

/**
 * A container that was last recorded as running has ended if its exit file says so, if this is another boot,
 * or if its monitor died: then nobody can tell its exit code and it counts as killed (137).
 */
export async function observeContainer(
  { runtime, processes }: Pick<Drivers, 'runtime' | 'processes'>,
  record: ContainerRecord,
  boot: string,
): Promise<ObservedContainer> {
  if (record.phase !== 'running') return { record, running: false };
  if (record.boot !== boot) return { record: lost(record), running: false };
  const { pid, pidStart, conmonPid, conmonStart } = record;
  // Between the death of the process and its exit file there is a moment in which only the monitor knows,
  // so the exit file is read once more after the monitor was found dead.
  const first = await runtime.exit(record);
  const monitored = first === undefined && conmonPid !== undefined && processes.alive(conmonPid, conmonStart);
  const exit = first ?? (monitored ? undefined : await runtime.exit(record));
  if (exit !== undefined) {
    return { record: { ...record, phase: 'exited', ...exit, reason: reasonOf(exit) }, running: false };
  }
  if (monitored) return { record, running: true };
  const orphaned = pid !== undefined && processes.alive(pid, pidStart);
  return { record: lost(record), running: false, ...(orphaned ? { orphaned } : {}) };
}

/** Kubernetes' reason for a terminated container. */
export function reasonOf(exit: { readonly exitCode: number; readonly oomKilled: boolean }): string {
  if (exit.oomKilled) return 'OOMKilled';
  return exit.exitCode === 0 ? 'Completed' : 'Error';
}

function lost(record: ContainerRecord): ContainerRecord {
  return {
    ...record,
    phase: 'exited',
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when its pod was looked at',
    finishedAt: record.finishedAt ?? record.startedAt ?? record.created,
  };
}
