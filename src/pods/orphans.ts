import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { ContainerRecord } from '../contracts/records.ts';

const SIGKILL = 9;

/** Containers that run on although their monitors have died. */
export function orphansOf(pods: readonly ObservedPod[]): readonly ObservedContainer[] {
  return pods.flatMap(({ containers }) => containers.filter(({ orphaned }) => orphaned === true));
}

/** Kills containers whose monitors have died, since nobody could ever tell how they end, and records it. */
export async function endOrphans(
  { store, runtime, clock }: Pick<Drivers, 'store' | 'runtime' | 'clock'>,
  pods: readonly ObservedPod[],
): Promise<void> {
  for (const { record } of orphansOf(pods)) {
    // Whoever is at the pod sees to it.
    await using lease = await store.records.tryLease(record.podId);
    const current = await store.records.container(record.id);
    if (lease === undefined || current === undefined || !isSameRun(current, record)) continue;
    await runtime.kill(record.id, SIGKILL, { all: true });
    const finishedAt = clock.now().toISOString();
    await store.records.updateContainer(record.id, (now) =>
      isSameRun(now, record) ? { ...record, finishedAt } : now,
    );
  }
}

/** One that was started anew has the same id, and another monitor. */
function isSameRun(now: ContainerRecord, { conmonPid }: ContainerRecord): boolean {
  return now.phase === 'running' && now.conmonPid === conmonPid;
}
