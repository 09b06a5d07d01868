import type { PodCgroup } from '../contracts/cgroups.ts';
import type { CgroupFacts } from '../contracts/host-facts.ts';
import type { CgroupDriver } from './cgroup-driver.ts';
import {
  childrenOf,
  enterCgroup,
  makeCgroup,
  removeCgroup,
  removeIfEmpty,
  setLimits,
} from './cgroup-tree.ts';

/** Pods as plain folders `/<parent>/pod<uid>` of the cgroup file systems. */
export function createCgroupfs({ parent, facts }: { parent: string; facts: CgroupFacts }): CgroupDriver {
  const containerFolder = (cgroup: PodCgroup, containerId: string) =>
    `${cgroup.filesystemPath}/${containerId}`;
  return {
    forPod: (uid) => {
      const path = `/${parent}/pod${uid}`;
      return { manager: 'cgroupfs', path, filesystemPath: path };
    },
    create: async ({ filesystemPath }, limits) => {
      await makeCgroup(facts, `${filesystemPath}/conmon`);
      await setLimits(facts, filesystemPath, limits);
    },
    containerPath: containerFolder,
    containerFolder,
    monitorPath: ({ filesystemPath }) => `${filesystemPath}/conmon`,
    enter: (path, pid) => enterCgroup(facts, path, pid),
    remove: ({ filesystemPath }) => removeCgroup(facts, filesystemPath),
    pods: async () => {
      const names = await childrenOf(facts, `/${parent}`);
      return names.filter((name) => name.startsWith('pod')).map((name) => name.slice('pod'.length));
    },
    removeParent: () => removeIfEmpty(facts, `/${parent}`),
  };
}
