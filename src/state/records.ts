import type { Processes } from '../contracts/processes.ts';
import type { ContainerRecord, PodRecord, Wanted } from '../contracts/records.ts';
import type { Lease, Records } from '../contracts/store.ts';
import { StateError } from '../errors/state-error.ts';
import { bootIdentity } from '../host/boot-identity.ts';
import { faultPoint } from '../host/fault.ts';
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
  readonly locks: StateLocks;
}

/** Pod and container records: one file each, read without locks, written under the lock of their own id. */
export function createRecords({ pods, containers, podNames, containerNames, root, locks }: Parts): Records {
  async function update<T extends PodRecord | ContainerRecord>(
    folders: RecordFolders<T>,
    { id, change }: { readonly id: string; readonly change: (record: T) => T },
  ): Promise<T | undefined> {
    using _lock = await locks.record(id);
    const current = folders.read(id);
    if (current === undefined) return undefined;
    const next = change(current);
    if (next !== current) await folders.replace(next);
    return next;
  }

  async function createContainer(record: ContainerRecord): Promise<void> {
    using _lock = await locks.names();
    await root.claim();
    const name = containerName(record);
    const holder = containerNames.holder(name);
    if (holder !== undefined && holder !== record.id && containers.read(holder) !== undefined) {
      throw taken('container', name);
    }
    containerNames.reserve(name, record.id);
    faultPoint('records.named');
    await containers.create(record);
  }

  function leaseOf(podId: string, lock: Disposable): Lease {
    return {
      podId,
      async [Symbol.asyncDispose]() {
        if (pods.read(podId) === undefined) locks.forgetLease(podId);
        lock[Symbol.dispose]();
      },
    };
  }

  return {
    async pods() {
      return pods.all();
    },

    async pod(id) {
      return pods.read(id);
    },

    async createPod(record) {
      using _lock = await locks.names();
      await root.claim();
      const holder = podNames.holder(record);
      if (holder !== undefined && pods.read(holder) !== undefined) throw taken('pod', record);
      podNames.reserve(record, record.id);
      faultPoint('records.named');
      await pods.create(record);
    },

    updatePod: (id, change) => update(pods, { id, change }),

    async removePod(id) {
      await pods.clear(id);
      using _names = await locks.names();
      using _record = await locks.record(id);
      const record = pods.read(id);
      pods.remove(id);
      if (record !== undefined) podNames.free(record, id);
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
      const replaced = await update(containers, { id: record.id, change: () => record });
      if (replaced === undefined) await createContainer(record);
    },

    updateContainer: (id, change) => update(containers, { id, change }),

    async removeContainer(id) {
      await containers.clear(id);
      using _names = await locks.names();
      using _record = await locks.record(id);
      const record = containers.read(id);
      containers.remove(id);
      if (record !== undefined) containerNames.free(containerName(record), id);
    },

    podFolder: (id) => pods.folder(id),
    containerFolder: (id) => containers.folder(id),

    async want(podId, state) {
      const record = await update(pods, {
        id: podId,
        change: (pod) => ({ ...pod, wanted: next(pod, state) }),
      });
      faultPoint('records.wanted');
      locks.wake(podId);
      return record?.wanted;
    },

    onWanted: (podId, listener) => locks.onWake(podId, listener),

    async lease(podId, { signal } = {}) {
      return leaseOf(podId, await locks.lease(podId, signal));
    },

    async tryLease(podId) {
      const lock = await locks.tryLease(podId);
      return lock === undefined ? undefined : leaseOf(podId, lock);
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
function next({ wanted }: PodRecord, state: Wanted['state']): Wanted {
  return {
    state: wanted.state === 'absent' ? 'absent' : state,
    generation: wanted.generation + 1,
  };
}

function containerName({ namespace, fullName }: ContainerRecord) {
  return { namespace, name: fullName };
}

function taken(
  what: 'pod' | 'container',
  { namespace, name }: { readonly namespace: string; readonly name: string },
): StateError {
  return new StateError({
    code: 'OBJECT_EXISTS',
    message: `the name ${name} is in use by another ${what} in namespace ${namespace}`,
    hint: `choose another name, or remove that ${what} first`,
  });
}
