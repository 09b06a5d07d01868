/** A pod's cgroup as it was made: what removal needs, whatever the manager is by then. */
export interface PodCgroup {
  readonly manager: 'cgroupfs' | 'systemd';
  /** Path below each hierarchy's root, `/pod/pod<uid>`; for systemd the slice's name. */
  readonly path: string;
  /** The same as a path below the hierarchies' roots, whatever the manager. */
  readonly filesystemPath: string;
}

export interface CgroupLimits {
  readonly cpuShares?: number;
  readonly cpuQuota?: number;
  readonly cpuPeriod?: number;
  readonly memoryLimit?: number;
  readonly pidsLimit?: number;
}

/** Cgroups of pods in every mounted hierarchy. */
export interface Cgroups {
  /** The cgroup that a pod with this uid has. Pure; the caller records it before `create`. */
  forPod(uid: string): PodCgroup;
  /** Makes the pod's cgroup with its limits. May be repeated. */
  create(cgroup: PodCgroup, limits: CgroupLimits): Promise<void>;
  /** What goes into linux.cgroupsPath of a container's spec. */
  containerPath(cgroup: PodCgroup, containerId: string): string;
  /** The cgroup that conmon is moved to (below the pod's), or the slice that systemd makes a scope for it in. */
  monitorPath(cgroup: PodCgroup): string;
  /** Moves a process to `path` (as `monitorPath` gave it) in every hierarchy. No error if it has ended. */
  enter(path: string, pid: number): Promise<void>;
  /** Kills what is left in it, and removes it and all below it, deepest first, in every hierarchy. No error if there is none. */
  remove(cgroup: PodCgroup): Promise<void>;
  /** uids of pods that have a cgroup below our parent. */
  pods(): Promise<readonly string[]>;
  /** Removes our parent if it is empty. systemd tidies up its own as soon as nothing needs them. */
  removeParent(): Promise<void>;
  /** Processes in the pod's cgroup, or in one container's. */
  processes(cgroup: PodCgroup, containerId?: string): Promise<readonly number[]>;
}
