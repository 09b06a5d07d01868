import { existsSync } from 'node:fs';
import type { Processes } from '../contracts/processes.ts';
import type { ContainerRecord, PodRecord, Wanted } from '../contracts/records.ts';
import type { Lease, Records } from '../contracts/store.ts';
import { bootIdentity } from '../host/boot-identity.ts';
import { faultPoint } from '../host/fault.ts';
import type { Lock } from '../host/lock.ts';
import type { Ballast } from './ballast.ts';
import { createNamedRecords } from './named-records.ts';
import type { Names } from './names.ts';
import type { RecordFolders } from './record-folders.ts';
import type { Root } from './root-record.ts';
import type { StateLocks } from './state-locks.ts';

interface Parts {
  readonly pods: RecordFolders<PodRecord>;
  readonly containers: RecordFolders<ContainerRecord>;
  readonly podNames: Names;
  readonly containerNames: Names;
  readonly root: Root;
  readonly ballast: Ballast;
  readonly locks: StateLocks;
}

/** Pod and container records, wanted state and leases. */
export function createRecords(parts: Parts): Records {
  const { pods, containers, root, ballast, locks } = parts;
  const podRecords = createNamedRecords<PodRecord>({
    what: 'pod',
    names: parts.podNames,
    folders: pods,
    nameOf: ({ namespace, name }) => ({ namespace, name }),
    root,
    ballast,
    locks,
  });
  const containerRecords = createNamedRecords<ContainerRecord>({
    what: 'container',
    names: parts.containerNames,
    folders: containers,
    nameOf: ({ namespace, fullName }) => ({ namespace, name: fullName }),
    root,
    ballast,
    locks,
  });

  function leaseOf(podId: string, lock: Lock): Lease {
    return {
      podId,
      async [Symbol.asyncDispose]() {
        try {
          if (pods.read(podId) === undefined) locks.forgetLease(podId);
        } finally {
          lock.release();
        }
      },
    };
  }

  /** Files of leases whose holders died after their pod's record was gone. */
  function sweepLeases(): void {
    for (const id of locks.leaseIds()) {
      if (existsSync(pods.folder(id))) continue;
      const lock = locks.tryLease(id);
      if (lock === undefined) continue;
      locks.forgetLease(id);
      lock.release();
    }
  }

  return {
    async pods() {
      return pods.all();
    },

    async pod(id) {
      return pods.read(id);
    },

    async createPod(record) {
      await podRecords.create(record);
      sweepLeases();
    },
    updatePod: (id, change) => podRecords.update(id, change),

    async removePod(id) {
      await podRecords.remove(id);
      locks.wake(id);
    },

    async containers(podId) {
      if (podId === undefined) return containers.all();
      const listed = pods.read(podId)?.containers;
      if (listed === undefined) return containers.all().filter((record) => record.podId === podId);
      return listed.map(({ id }) => containers.read(id)).filter((record) => record !== undefined);
    },

    async container(id) {
      return containers.read(id);
    },

    async writeContainer(record) {
      const replaced = await containerRecords.update(record.id, () => record);
      if (replaced === undefined) await containerRecords.create(record);
    },

    updateContainer: (id, change) => containerRecords.update(id, change),
    removeContainer: (id) => containerRecords.remove(id),

    podFolder: (id) => pods.folder(id),
    containerFolder: (id) => containers.folder(id),

    async want(podId, state) {
      const record = await podRecords.update(podId, (pod) => ({ ...pod, wanted: next(pod.wanted, state) }));
      faultPoint('records.wanted');
      locks.wake(podId);
      return record?.wanted;
    },

    onWanted: (podId, listener) => locks.onWake(podId, listener),

    async lease(podId, { signal } = {}) {
      return leaseOf(podId, await locks.lease(podId, signal));
    },

    async tryLease(podId) {
      const lock = locks.tryLease(podId);
      return lock === undefined ? undefined : leaseOf(podId, lock);
    },

    async remains() {
      return { pods: pods.remains(), containers: containers.remains() };
    },

    async tidy() {
      await podRecords.tidy();
      await containerRecords.tidy();
      sweepLeases();
    },

    async bootIdentity() {
      return bootIdentity();
    },
  };
}

/** Whether a container of these records runs now, whatever its record says. */
export function anyRuns(records: readonly ContainerRecord[], processes: Pick<Processes, 'alive'>): boolean {
  return records.some(
    ({ pid, pidStart, conmonPid, conmonStart }) =>
      (pid !== undefined && processes.alive(pid, pidStart)) ||
      (conmonPid !== undefined && processes.alive(conmonPid, conmonStart)),
  );
}

/** A pod that is to be absent stays so: a later wish does not save it from a removal that has begun. */
function next({ state: current, generation }: Wanted, state: Wanted['state']): Wanted {
  return { state: current === 'absent' ? 'absent' : state, generation: generation + 1 };
}
