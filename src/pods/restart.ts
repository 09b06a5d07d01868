import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedContainer } from '../contracts/observed.ts';
import { hold, holdAsIs } from './hold.ts';
import { observePod } from './observe.ts';
import { type StartOptions, startContainer, startPod } from './start.ts';
import { graceOf, type StopOptions, stopContainer, stopPod } from './stop.ts';

export interface RestartOptions extends StopOptions, StartOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Stops a pod and starts it again: a new sandbox, init containers again, the same volumes and root filesystems. */
export async function restartPod(drivers: Drivers, podId: string, options: RestartOptions): Promise<void> {
  await using held = await hold(drivers, { podId, wanted: 'running', signal: options.signal });
  await stopPod(drivers, held, options);
  await startPod(drivers, held, options);
}

/** Stops one container and starts it again in its standing pod. */
export async function restartContainer(
  drivers: Drivers,
  { record }: ObservedContainer,
  options: RestartOptions,
): Promise<void> {
  await using held = await holdAsIs(drivers, { podId: record.podId, signal: options.signal });
  const pod = await observePod(drivers, record.podId);
  const member = pod?.containers.find((container) => container.record.id === record.id);
  if (pod !== undefined && member !== undefined) {
    const deadline = drivers.clock.now().getTime() + 1000 * (options.graceSeconds ?? graceOf(pod));
    await stopContainer(drivers, held, { member, deadline });
  }
  await startContainer(drivers, held, record.id, options);
}
