import type { Drivers } from '../contracts/drivers.ts';
import type { PodRecord } from '../contracts/records.ts';
import { StateError } from '../errors/state-error.ts';
import { podKey } from './pod-key.ts';
import { lowerSandbox, quell } from './sandbox.ts';
import { tell } from './tell.ts';

/**
 * Removes a pod under its lease, whatever there is of it: kills what runs, undoes every effect, then forgets the
 * object and the records. Each part may have been done before by a command that died.
 */
export async function removePod(drivers: Drivers, podId: string): Promise<void> {
  const { records } = drivers.store;
  drivers.step('pod.removing');
  // One that was never ready is half-made as it is, and undoing it must not take room on a disk that is full.
  const record = await records.updatePod(podId, (current) =>
    current.phase === 'ready' ? { ...current, phase: 'removing' } : current,
  );
  if (record === undefined) return;
  await quell(drivers, record);
  const members = record.containers.filter(({ role }) => role !== 'infra');
  await Promise.all(members.map(({ id }) => removeContainer(drivers, id)));
  await lowerSandbox(drivers, record);
  drivers.step('sandbox.release');
  await drivers.volumes.release(podId);
  await drivers.sandboxes.remove(podId);
  drivers.step('container.forget');
  for (const { id } of record.containers) await records.removeContainer(id);
  drivers.step('pod.unobject');
  await removeObject(drivers, record);
  await tell(drivers, record, { reason: 'Deleted', message: `Deleted pod ${record.name}` });
  await drivers.cgroups.removeParent();
  drivers.step('pod.forget');
  await records.removePod(podId);
}

async function removeContainer(drivers: Drivers, id: string): Promise<void> {
  drivers.step('container.delete');
  await drivers.runtime.delete(id);
  drivers.step('container.unmount');
  await drivers.rootfs.remove(id);
  await drivers.sandboxes.removeBundle(id);
}

async function removeObject({ store }: Drivers, record: PodRecord): Promise<void> {
  try {
    await store.objects.remove(podKey(record), { uid: record.uid });
  } catch (error) {
    // Absent, or of another pod that has the name by now: either way ours is gone.
    if (error instanceof StateError && (error.code === 'OBJECT_NOT_FOUND' || error.code === 'CONFLICT'))
      return;
    throw error;
  }
}
