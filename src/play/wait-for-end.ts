import type { Drivers } from '../contracts/drivers.ts';
import { wait } from '../pods/wait.ts';

/** Milliseconds between two looks at a container that has not started yet. */
const INTERVAL = 250;

/**
 * Waits until every app container of the pods has ended. Returns the first exit code that is not 0, or 0; undefined
 * when the signal came first.
 */
export async function waitForEnd(
  drivers: Drivers,
  podIds: readonly string[],
  signal: AbortSignal,
): Promise<number | undefined> {
  const records = await Promise.all(podIds.map((id) => drivers.store.records.containers(id)));
  const apps = records.flat().filter(({ role }) => role === 'app');
  try {
    const codes = await Promise.all(
      apps.map(({ id }) => wait(drivers, id, { conditions: [], interval: INTERVAL, signal })),
    );
    return codes.find((code) => code !== 0) ?? 0;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
