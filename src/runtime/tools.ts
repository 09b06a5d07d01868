import type { Exec } from '../contracts/exec.ts';

/** What the verbs of the runtime work with, once it is known what this host has. */
export interface Tools {
  readonly exec: Exec;
  /** `crun`, `runc`. */
  readonly name: string;
  /** Absolute paths of conmon and the OCI runtime. */
  readonly conmon: string;
  /** Path of the static `leash`, which lets conmon begin only when it is where it belongs. */
  readonly leash: string;
  readonly runtime: string;
  /** Folder of the runtime's own state. */
  readonly runtimeRoot: string;
  /** Folder of compiled seccomp filters. */
  readonly filters: string;
  /** Moves a process to a cgroup, in every hierarchy. */
  readonly enterCgroup: (path: string, pid: number) => Promise<void>;
  readonly hostCapabilities: () => Promise<readonly string[]>;
}
