import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { CgroupFacts } from '../../src/contracts/host-facts.ts';
import { removeCgroup } from '../../src/host/cgroup-tree.ts';
import { createCgroups } from '../../src/host/cgroups.ts';
import { exec } from '../../src/host/exec.ts';
import { readHostFacts } from '../../src/host/facts.ts';

/** Ends only by SIGKILL, and has a child of its own. */
const stubborn = 'trap "" TERM INT HUP; sleep 600 & wait';

describe('cgroups', () => {
  let facts: CgroupFacts;
  const children: ChildProcess[] = [];

  before(async () => {
    facts = (await readHostFacts()).cgroup;
  });

  const parents: string[] = [];
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    for (const parent of parents) await removeCgroup(facts, `/${parent}`);
  });

  function start(): number {
    const child = spawn('sh', ['-c', stubborn], { stdio: 'ignore' });
    children.push(child);
    assert.ok(child.pid);
    return child.pid;
  }

  const folders = (path: string) =>
    facts.hierarchies.map(({ mount }) => `${mount}${path}`).filter(existsSync);
  const managers = () =>
    facts.manager === 'systemd' ? (['cgroupfs', 'systemd'] as const) : (['cgroupfs'] as const);
  const fresh = (manager: 'cgroupfs' | 'systemd', only = facts) => {
    const parent = `podtest${randomBytes(4).toString('hex')}`;
    parents.push(parent);
    return createCgroups({ parent, facts: only, manager, exec });
  };

  it('are made, entered, counted and removed with live processes, by every manager of this host', async () => {
    for (const manager of managers()) {
      const cgroups = fresh(manager);
      const uid = randomUUID();
      const cgroup = cgroups.forPod(uid);
      await cgroups.create(cgroup, { cpuShares: 512, memoryLimit: 256 * 1024 * 1024, pidsLimit: 64 });
      await cgroups.create(cgroup, { cpuShares: 512 });
      assert.deepEqual(await cgroups.pods(), [uid]);

      const pid = start();
      await cgroups.enter(cgroups.monitorPath(cgroup), pid);
      assert.ok((await cgroups.processes(cgroup)).includes(pid));
      assert.ok(readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(cgroup.filesystemPath));

      const child = children.at(-1);
      const ended = child && once(child, 'exit');
      await cgroups.remove(cgroup);
      assert.deepEqual(await ended, [null, 'SIGKILL']);
      assert.deepEqual(folders(cgroup.filesystemPath), []);
      await cgroups.remove(cgroup);
      assert.deepEqual(await cgroups.pods(), []);

      await cgroups.create(cgroup, {});
      await cgroups.remove(cgroup);
      await cgroups.removeParent();
      const parent = cgroup.filesystemPath.split('/').slice(0, 2).join('/');
      for (const deadline = Date.now() + 10_000; Date.now() < deadline && folders(parent).length > 0; )
        await setTimeout(20);
      assert.deepEqual(folders(parent), []);
    }
  });

  it('hold in every hierarchy at once, and nested ones go too', async () => {
    const cgroups = fresh('cgroupfs');
    const cgroup = cgroups.forPod(randomUUID());
    await cgroups.create(cgroup, {});
    assert.equal(folders(cgroup.filesystemPath).length, facts.hierarchies.length);

    const inner = `${cgroups.containerPath(cgroup, 'c1')}/deep/er`;
    const pid = start();
    await cgroups.enter(inner, pid);
    assert.ok((await cgroups.processes(cgroup, 'c1')).includes(pid));
    assert.deepEqual(await cgroups.processes(cgroup, 'c2'), []);
    await cgroups.remove(cgroup);
    assert.deepEqual(folders(cgroup.filesystemPath), []);
    await cgroups.removeParent();
    assert.deepEqual(folders(cgroup.path.split('/').slice(0, 2).join('/')), []);
  });

  it('set limits in the files of their version', async () => {
    const cgroups = fresh('cgroupfs');
    const cgroup = cgroups.forPod(randomUUID());
    const limits = {
      cpuShares: 1024,
      cpuQuota: 50_000,
      cpuPeriod: 100_000,
      memoryLimit: 64 << 20,
      pidsLimit: 20,
    };
    await cgroups.create(cgroup, limits);
    const read = (controller: string, files: { 1: string; 2: string }) => {
      const found = facts.controllers.find(({ name }) => name === controller);
      assert.ok(found, controller);
      return readFileSync(`${found.mount}${cgroup.filesystemPath}/${files[found.version]}`, 'utf8').trim();
    };
    assert.match(read('cpu', { 1: 'cpu.shares', 2: 'cpu.weight' }), /^(1024|39)$/);
    assert.match(read('cpu', { 1: 'cpu.cfs_quota_us', 2: 'cpu.max' }), /^50000( 100000)?$/);
    assert.equal(read('memory', { 1: 'memory.limit_in_bytes', 2: 'memory.max' }), String(64 << 20));
    assert.equal(read('pids', { 1: 'pids.max', 2: 'pids.max' }), '20');
    await cgroups.remove(cgroup);
    await cgroups.removeParent();
  });

  it('may be made while their parent is being removed by others', async () => {
    const cgroups = fresh('cgroupfs');
    let done = false;
    const remover = (async () => {
      while (!done) {
        await cgroups.removeParent();
        await setTimeout(1);
      }
    })();
    for (let round = 0; round < 20; round += 1) {
      const cgroup = cgroups.forPod(randomUUID());
      await cgroups.create(cgroup, {});
      await cgroups.remove(cgroup);
    }
    done = true;
    await remover;
    await cgroups.removeParent();
  });

  it('refuse a limit whose controller the host lacks', async () => {
    const bare = { ...facts, controllers: facts.controllers.filter(({ name }) => name !== 'memory') };
    const cgroups = fresh('cgroupfs', bare);
    const cgroup = cgroups.forPod(randomUUID());
    await assert.rejects(cgroups.create(cgroup, { memoryLimit: 1 << 20 }), {
      name: 'HostError',
      code: 'CGROUP_FAILED',
    });
    await cgroups.remove(cgroup);
    await cgroups.removeParent();
  });
});
