import type { CgroupLimits, PodCgroup } from '../contracts/cgroups.ts';

/** What each manager does in its own way; everything else follows from paths. */
export interface CgroupDriver {
  forPod(uid: string): PodCgroup;
  create(cgroup: PodCgroup, limits: CgroupLimits): Promise<void>;
  containerPath(cgroup: PodCgroup, containerId: string): string;
  /** Where a container's cgroup lies below the hierarchies' roots. */
  containerFolder(cgroup: PodCgroup, containerId: string): string;
  monitorPath(cgroup: PodCgroup): string;
  enter(path: string, pid: number): Promise<void>;
  remove(cgroup: PodCgroup): Promise<void>;
  pods(): Promise<readonly string[]>;
  removeParent(): Promise<void>;
}
