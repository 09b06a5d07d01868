import type { Cgroups, PodCgroup } from '../contracts/cgroups.ts';
import type { Exec } from '../contracts/exec.ts';
import type { CgroupFacts } from '../contracts/host-facts.ts';
import type { CgroupDriver } from './cgroup-driver.ts';
import { processesBelow } from './cgroup-tree.ts';
import { createCgroupfs } from './cgroupfs.ts';
import { createSystemdCgroups } from './systemd-cgroups.ts';

export interface CgroupsOptions {
  /** Name of the cgroup above all pods of a store, `pod`. */
  readonly parent: string;
  readonly facts: CgroupFacts;
  /** The manager for new pods; the host's own unless given. Those that exist keep the one they were made with. */
  readonly manager?: PodCgroup['manager'];
  /** Reaches systemd. */
  readonly exec: Exec;
}

/** Cgroups of pods through the cgroup file system or through systemd. Throws HostError CGROUP_FAILED. */
export function createCgroups({ parent, facts, manager = facts.manager, exec }: CgroupsOptions): Cgroups {
  const drivers: Readonly<Record<PodCgroup['manager'], CgroupDriver>> = {
    cgroupfs: createCgroupfs({ parent, facts }),
    systemd: createSystemdCgroups({ parent, facts, exec }),
  };
  const usual = drivers[manager];
  const driverOf = (cgroup: PodCgroup) => drivers[cgroup.manager];
  return {
    forPod: (uid) => usual.forPod(uid),
    create: (cgroup, limits) => driverOf(cgroup).create(cgroup, limits),
    containerPath: (cgroup, containerId) => driverOf(cgroup).containerPath(cgroup, containerId),
    monitorPath: (cgroup) => driverOf(cgroup).monitorPath(cgroup),
    enter: (path, pid) => (path.endsWith('.slice') ? drivers.systemd : drivers.cgroupfs).enter(path, pid),
    remove: (cgroup) => driverOf(cgroup).remove(cgroup),
    pods: async () => {
      const found = await Promise.all([drivers.cgroupfs.pods(), drivers.systemd.pods()]);
      return [...new Set(found.flat())];
    },
    removeParent: async () => {
      await Promise.all([drivers.cgroupfs.removeParent(), drivers.systemd.removeParent()]);
    },
    processes: (cgroup, containerId) => {
      const folder =
        containerId === undefined
          ? cgroup.filesystemPath
          : driverOf(cgroup).containerFolder(cgroup, containerId);
      return processesBelow(facts, folder);
    },
  };
}
