import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { ContainerRecord } from '../contracts/records.ts';
import type { ExitRecord } from '../contracts/runtime.ts';
import { longestTimer } from '../values/duration.ts';
import type { Hold } from './hold.ts';
import { observePod, reasonOf } from './observe.ts';
import { lowerSandbox, quell } from './sandbox.ts';
import { aboutContainer, tell } from './tell.ts';

const SIGKILL = 9;
/** Kubernetes' default of terminationGracePeriodSeconds. */
const DEFAULT_GRACE_SECONDS = 30;

export interface StopOptions {
  /** Seconds between the stop signal and SIGKILL; the pod's own grace period unless given. */
  readonly graceSeconds?: number | undefined;
}

/**
 * Stops a pod under a hold: app and init containers side by side, then sidecars in reverse order, each with its stop
 * signal, the grace period, then SIGKILL; then takes the sandbox down. Root filesystems and volumes stay.
 */
export async function stopPod(drivers: Drivers, hold: Hold, options: StopOptions = {}): Promise<void> {
  const observed = await observePod(drivers, hold.podId);
  if (observed === undefined) return;
  const deadline = drivers.clock.now().getTime() + 1000 * (options.graceSeconds ?? graceOf(observed));
  const members = observed.containers.filter(({ record }) => record.role !== 'infra');
  const sidecars = members.filter(({ record }) => record.role === 'sidecar');
  const others = members.filter(({ record }) => record.role !== 'sidecar');
  await Promise.all(others.map((member) => stopContainer(drivers, hold, { member, deadline })));
  for (const member of sidecars.toReversed()) await stopContainer(drivers, hold, { member, deadline });
  await quell(drivers, observed.record);
  await Promise.all(members.map(({ record }) => clear(drivers, record)));
  await lowerSandbox(drivers, observed.record);
}

interface StopRequest {
  readonly member: ObservedContainer;
  /** Milliseconds since the epoch at which what still runs is killed. */
  readonly deadline: number;
}

/** Stops one container and records its exit. One that has ended is only recorded. */
export async function stopContainer(
  drivers: Drivers,
  hold: Hold,
  { member, deadline }: StopRequest,
): Promise<void> {
  const { record, running } = member;
  if (!running) {
    if (record.phase === 'exited') await recordExit(drivers, record);
    return;
  }
  const left = deadline - drivers.clock.now().getTime();
  await hold.proceed('container.signal');
  await tell(drivers, aboutContainer(record), {
    reason: 'Killing',
    message: `Stopping container ${record.name}`,
  });
  if (left > 0) {
    await drivers.runtime.kill(record.id, record.stopSignal);
    const exit = await endWithin(drivers, hold, record, left);
    if (exit !== undefined) return recordEnd(drivers, record, exit);
  }
  await drivers.runtime.kill(record.id, SIGKILL, { all: true });
  const exit = await drivers.runtime.wait({
    ...record,
    conmonPid: record.conmonPid ?? 0,
    signal: hold.interrupted,
  });
  await recordEnd(drivers, record, exit);
}

/** Removes what a stopped container keeps in this boot; its root filesystem's changes and its log stay. */
async function clear(drivers: Drivers, record: ContainerRecord): Promise<void> {
  drivers.step('container.delete');
  await drivers.runtime.delete(record.id);
  drivers.step('container.unmount');
  await drivers.rootfs.unmount(record.id);
  await drivers.sandboxes.removeBundle(record.id);
}

/** The grace period of a pod in seconds. */
export function graceOf({ pod }: Pick<ObservedPod, 'pod'>): number {
  return pod?.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

async function endWithin(
  drivers: Drivers,
  hold: Hold,
  record: ContainerRecord,
  milliseconds: number,
): Promise<ExitRecord | undefined> {
  const timeout = AbortSignal.timeout(Math.min(milliseconds, longestTimer));
  try {
    return await drivers.runtime.wait({
      ...record,
      conmonPid: record.conmonPid ?? 0,
      signal: AbortSignal.any([timeout, hold.interrupted]),
    });
  } catch (error) {
    hold.interrupted.throwIfAborted();
    if (timeout.aborted) return undefined;
    throw error;
  }
}

async function recordEnd(drivers: Drivers, record: ContainerRecord, exit: ExitRecord): Promise<void> {
  await recordExit(drivers, { ...record, phase: 'exited', ...exit, reason: reasonOf(exit) });
}

async function recordExit({ store }: Drivers, ended: ContainerRecord): Promise<void> {
  await store.records.updateContainer(ended.id, () => ended);
}
