/** What the kernel tells of a process at one moment (proc_pid_stat(5), proc_pid_status(5)). */
export interface ProcessState {
  /** Its number on the host. */
  readonly hostPid: number;
  /** Its number in its own pid namespace. */
  readonly pid: number;
  readonly hostParent: number;
  /** Its process group, by number in its own pid namespace. */
  readonly group: number;
  readonly uid: number;
  readonly gid: number;
  readonly realUid: number;
  readonly realGid: number;
  /** Name of the program, at most 15 bytes. */
  readonly name: string;
  /** Its command line; empty for a zombie. */
  readonly args: readonly string[];
  /** One letter, such as `S`. */
  readonly state: string;
  readonly nice: number;
  /** `pts/0`; undefined without a terminal. */
  readonly terminal?: string;
  readonly virtualBytes: number;
  readonly residentBytes: number;
  /** Milliseconds of CPU time. */
  readonly cpuTime: number;
  /** Milliseconds since it started. */
  readonly elapsed: number;
}

/** Processes by number and start time, so that a number that was used again is not mistaken. */
export interface Processes {
  /** Start time of a process in clock ticks since boot, as text; undefined when there is none. */
  startTime(pid: number): string | undefined;
  /** Whether the very process that had this start time still runs (a zombie does not). */
  alive(pid: number, startTime: string | undefined): boolean;
  /** Numbers of all processes that we see, and that see the same files as we do. */
  all(): readonly number[];
  /** Sends a signal to the very process that had this start time. No error if it has ended. */
  kill(pid: number, startTime: string | undefined, signal: number): void;
  /** Undefined when there is none with this number on the host. */
  state(pid: number): ProcessState | undefined;
}
