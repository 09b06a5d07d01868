import type { Drivers } from '../contracts/drivers.ts';
import { hold } from './hold.ts';
import { removePod } from './remove.ts';
import { type StopOptions, stopPod } from './stop.ts';

/** Stops a pod with its grace period and removes it. Wins over whatever another command is doing with it. */
export async function takeAway(
  drivers: Drivers,
  podId: string,
  { signal, ...options }: StopOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await using held = await hold(drivers, { podId, wanted: 'absent', signal });
  await stopPod(drivers, held, options);
  await removePod(drivers, podId);
}
