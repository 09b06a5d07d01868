/** Processes by number and start time, so that a number that was used again is not mistaken. */
export interface Processes {
  /** Start time of a process in clock ticks since boot, as text; undefined when there is none. */
  startTime(pid: number): string | undefined;
  /** Whether the very process that had this start time still runs (a zombie does not). */
  alive(pid: number, startTime: string | undefined): boolean;
}
