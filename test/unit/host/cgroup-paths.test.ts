import assert from 'node:assert/strict';
import type { CgroupFacts } from '../../../src/contracts/host-facts.ts';
import { cpuWeight } from '../../../src/host/cgroup-tree.ts';
import { createCgroups } from '../../../src/host/cgroups.ts';
import { exec } from '../../../src/host/exec.ts';

const uid = '0c8e5f4a-1111-2222-3333-444455556666';
const facts: CgroupFacts = { layout: 'v2', controllers: [], hierarchies: [], manager: 'systemd' };

describe('host/cgroups: paths', () => {
  it('of cgroupfs', () => {
    const cgroups = createCgroups({ parent: 'pod-1234abcd', facts, manager: 'cgroupfs', exec });
    const cgroup = cgroups.forPod(uid);
    assert.deepEqual(cgroup, {
      manager: 'cgroupfs',
      path: `/pod-1234abcd/pod${uid}`,
      filesystemPath: `/pod-1234abcd/pod${uid}`,
    });
    assert.equal(cgroups.containerPath(cgroup, 'c0'), `/pod-1234abcd/pod${uid}/c0`);
    assert.equal(cgroups.monitorPath(cgroup), `/pod-1234abcd/pod${uid}/conmon`);
  });

  it('of systemd, where a hyphen means a slice within a slice', () => {
    const cgroups = createCgroups({ parent: 'pod-1234abcd', facts, exec });
    const cgroup = cgroups.forPod(uid);
    const slice = `pod-1234abcd-pod${uid.replaceAll('-', '_')}.slice`;
    assert.deepEqual(cgroup, {
      manager: 'systemd',
      path: slice,
      filesystemPath: `/pod.slice/pod-1234abcd.slice/${slice}`,
    });
    assert.equal(cgroups.containerPath(cgroup, 'c0'), `${slice}:pod:c0`);
  });

  it('of a pod keep the manager that it was made with', () => {
    const old = createCgroups({ parent: 'pod', facts, manager: 'cgroupfs', exec }).forPod(uid);
    assert.equal(createCgroups({ parent: 'pod', facts, exec }).containerPath(old, 'c'), `/pod/pod${uid}/c`);
  });

  it('map shares onto weights as the OCI runtimes do', () => {
    const pairs = [
      [0, 1],
      [2, 1],
      [100, 4],
      [1024, 39],
      [262_144, 10_000],
      [1_000_000, 10_000],
    ] as const;
    for (const [shares, weight] of pairs) assert.equal(cpuWeight(shares), weight);
  });
});
