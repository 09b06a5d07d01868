import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { ProcessState } from '../contracts/processes.ts';
import { notRunning } from './kill.ts';

/** A process of a container, with its numbers and names as they are inside. */
export interface ContainerProcess extends ProcessState {
  /** The parent's number inside; 0 where the parent is outside. */
  readonly parent: number;
  readonly user: string;
  readonly realUser: string;
}

/** The processes of running containers, in the order in which they started. Throws LifecycleError CONTAINER_NOT_RUNNING. */
export async function top(
  drivers: Drivers,
  { record }: ObservedPod,
  containers: readonly ObservedContainer[],
): Promise<readonly ContainerProcess[]> {
  const ended = containers.find(({ running }) => !running);
  if (ended !== undefined || record.sandbox === undefined)
    throw notRunning(ended?.record.fullName ?? record.name);
  const { cgroup } = record.sandbox;
  const lists = await Promise.all(
    containers.map(async (container) => {
      const pids = await drivers.cgroups.processes(cgroup, container.record.id);
      const states = pids.map(drivers.processes.state).filter((state) => state !== undefined);
      return insideView(drivers, container, states);
    }),
  );
  return lists.flat();
}

async function insideView(
  drivers: Drivers,
  { record }: ObservedContainer,
  states: readonly ProcessState[],
): Promise<readonly ContainerProcess[]> {
  const inside = new Map(states.map(({ hostPid, pid }) => [hostPid, pid]));
  const root = `/proc/${record.pid}/root`;
  const ids = new Set(states.flatMap(({ uid, realUid }) => [uid, realUid]));
  const names = new Map(
    await Promise.all(
      [...ids].map(async (id) => [id, (await drivers.users.resolve(root, String(id))).name] as const),
    ),
  );
  const nameOf = (id: number) => names.get(id) ?? (id === 0 ? 'root' : String(id));
  return states
    .toSorted((left, right) => right.elapsed - left.elapsed || left.hostPid - right.hostPid)
    .map((state) => ({
      ...state,
      parent: inside.get(state.hostParent) ?? 0,
      user: nameOf(state.uid),
      realUser: nameOf(state.realUid),
    }));
}
