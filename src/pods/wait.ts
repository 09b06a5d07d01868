import type { Drivers } from '../contracts/drivers.ts';
import { observeContainer } from './observe.ts';
import type { ContainerState } from './status.ts';
import { containerState } from './status.ts';

/** Podman's conditions of `wait`. */
export type WaitCondition = ContainerState | 'stopped' | 'configured';

export interface WaitOptions {
  readonly conditions: readonly WaitCondition[];
  /** Milliseconds between two looks, for conditions that nothing announces. */
  readonly interval: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits until a container meets one of the conditions (`stopped` and `exited` unless given) and returns its exit
 * code; -1 while it has none, as Podman prints it.
 */
export async function wait(
  drivers: Pick<Drivers, 'store' | 'runtime' | 'processes' | 'clock'>,
  containerId: string,
  { conditions, interval, signal }: WaitOptions,
): Promise<number> {
  const wanted = new Set<string>(conditions.length === 0 ? ['stopped', 'exited'] : conditions);
  const boot = await drivers.store.records.bootIdentity();
  for (;;) {
    const record = await drivers.store.records.container(containerId);
    if (record === undefined) return -1;
    const observed = await observeContainer(drivers, record, boot);
    const state = containerState(observed);
    if (
      wanted.has(state) ||
      (state === 'exited' && wanted.has('stopped')) ||
      (state === 'created' && wanted.has('configured'))
    ) {
      return observed.record.exitCode ?? -1;
    }
    const onlyEnd = [...wanted].every((condition) => condition === 'stopped' || condition === 'exited');
    if (onlyEnd && observed.running) {
      const exit = await drivers.runtime.wait({
        ...record,
        conmonPid: record.conmonPid ?? 0,
        ...(signal === undefined ? {} : { signal }),
      });
      return exit.exitCode;
    }
    await drivers.clock.sleep(interval, signal);
  }
}
