/** Time, so that tests can stand it still. */
export interface Clock {
  now(): Date;
  /** Rejects as soon as the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
