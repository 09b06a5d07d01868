import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedContainer } from '../contracts/observed.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';

/** Sends a signal to the main process of running containers. Throws LifecycleError CONTAINER_NOT_RUNNING before any is sent. */
export async function kill(
  drivers: Drivers,
  containers: readonly ObservedContainer[],
  signal: number,
): Promise<void> {
  const ended = containers.find(({ running }) => !running);
  if (ended !== undefined) throw notRunning(ended.record.fullName);
  await Promise.all(containers.map(({ record }) => drivers.runtime.kill(record.id, signal)));
}

/** The error for a verb that needs a running container. */
export function notRunning(name: string): LifecycleError {
  return new LifecycleError({
    code: 'CONTAINER_NOT_RUNNING',
    message: `container ${name} is not running`,
    hint: `\`pod start ${name}\` starts it again`,
  });
}
