import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Cgroups } from '../../src/contracts/cgroups.ts';
import { createCgroups } from '../../src/host/cgroups.ts';
import { exec } from '../../src/host/exec.ts';
import { readHostFacts } from '../../src/host/facts.ts';
import { id as idOf } from '../unit/state/sample.ts';
import { fake, keptBy } from './kept-by.ts';

async function real(): Promise<Cgroups> {
  const parent = `podcontract${randomBytes(4).toString('hex')}`;
  return createCgroups({ parent, facts: (await readHostFacts()).cgroup, manager: 'cgroupfs', exec });
}

keptBy<Cgroups>('cgroups', { 'the fake': fake('cgroups'), 'this machine': real }, (subject) => {
  it('are named before anything is made', async () => {
    const uid = randomUUID();
    const cgroup = subject().forPod(uid);
    assert.deepEqual(subject().forPod(uid), cgroup);
    assert.ok(subject().containerPath(cgroup, idOf('c')).startsWith(cgroup.path));
    assert.ok(subject().monitorPath(cgroup).startsWith(cgroup.path));
    assert.deepEqual(await subject().pods(), []);
    assert.deepEqual(await subject().processes(cgroup), []);
  });

  it('are made once and removed once, however often that is asked for', async () => {
    const uid = randomUUID();
    const cgroup = subject().forPod(uid);
    await subject().remove(cgroup);
    await subject().create(cgroup, {});
    await subject().create(cgroup, {});
    assert.deepEqual(await subject().pods(), [uid]);
    await subject().remove(cgroup);
    await subject().remove(cgroup);
    assert.deepEqual(await subject().pods(), []);
    await subject().removeParent();
    await subject().removeParent();
  });

  it('take no notice of a process that has ended', async () => {
    const cgroup = subject().forPod(randomUUID());
    await subject().create(cgroup, {});
    const child = await exec.start({ argv: ['true'] });
    await child.ended;
    await subject().enter(subject().monitorPath(cgroup), child.pid);
    assert.deepEqual(await subject().processes(cgroup), []);
    await subject().remove(cgroup);
    await subject().removeParent();
  });
});
