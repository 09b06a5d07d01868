import type { Drivers } from '../contracts/drivers.ts';
import type { Wanted } from '../contracts/records.ts';
import type { Step } from '../contracts/steps.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';

/** The right to act on a pod for one purpose, until somebody wants something else of it. */
export interface Hold extends AsyncDisposable {
  readonly podId: string;
  /** Aborts as soon as the wanted state is no longer the one this hold was taken for. */
  readonly interrupted: AbortSignal;
  /** Announces a step. Throws LifecycleError INTERRUPTED if somebody wants something else by now. */
  proceed(step: Step): Promise<void>;
}

interface HoldRequest {
  readonly podId: string;
  /** What is wanted of the pod from now on; written before the lease is waited for, so that its holder gives way. */
  readonly wanted: Wanted['state'];
  /** The user's interrupt. */
  readonly signal?: AbortSignal | undefined;
}

type Needs = Pick<Drivers, 'store' | 'step'>;

/** Writes the wanted state, takes the pod's lease and watches that the wanted state stays. */
export async function hold(drivers: Needs, { podId, wanted, signal }: HoldRequest): Promise<Hold> {
  if (wanted !== 'running') drivers.step('pod.unwant');
  const written = await drivers.store.records.want(podId, wanted);
  const lease = await drivers.store.records.lease(podId, signal === undefined ? {} : { signal });
  return watched(drivers, { podId, lease, wanted: written ?? { state: wanted, generation: 0 }, signal });
}

/** Takes the lease for something that leaves the pod's wanted state as it is, such as stopping one container. */
export async function holdAsIs(
  drivers: Needs,
  { podId, signal }: Omit<HoldRequest, 'wanted'>,
): Promise<Hold> {
  const lease = await drivers.store.records.lease(podId, signal === undefined ? {} : { signal });
  const wanted = (await drivers.store.records.pod(podId))?.wanted ?? { state: 'absent', generation: 0 };
  return watched(drivers, { podId, lease, wanted, signal });
}

/** The hold of a pod that is being made: its lease is taken before anyone can see it. */
export async function holdNew(drivers: Needs, { podId, signal }: Omit<HoldRequest, 'wanted'>): Promise<Hold> {
  const lease = await drivers.store.records.lease(podId, signal === undefined ? {} : { signal });
  return watched(drivers, { podId, lease, wanted: { state: 'running', generation: 1 }, signal });
}

interface Watched {
  readonly podId: string;
  readonly lease: AsyncDisposable;
  readonly wanted: Wanted;
  readonly signal: AbortSignal | undefined;
}

function watched({ store, step }: Needs, { podId, lease, wanted, signal }: Watched): Hold {
  const abort = new AbortController();
  const check = async () => {
    const now = (await store.records.pod(podId))?.wanted;
    if (now !== undefined && now.generation !== wanted.generation && now.state !== wanted.state) {
      abort.abort(interruption(now));
    }
  };
  const interrupted = signal === undefined ? abort.signal : AbortSignal.any([abort.signal, signal]);
  const watcher = store.records.onWanted(
    podId,
    () => void check().catch((error: unknown) => abort.abort(error)),
  );
  return {
    podId,
    interrupted,
    async proceed(name) {
      step(name);
      await check();
      interrupted.throwIfAborted();
    },
    async [Symbol.asyncDispose]() {
      watcher[Symbol.dispose]();
      await lease[Symbol.asyncDispose]();
    },
  };
}

function interruption(now: Wanted): LifecycleError {
  return new LifecycleError({
    code: 'INTERRUPTED',
    message:
      now.state === 'absent'
        ? 'the pod was removed by another command meanwhile'
        : `another command wants the pod ${now.state} meanwhile`,
  });
}
