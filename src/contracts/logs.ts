/** One line (or part of one) of a CRI-format log. */
export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end. */
  readonly text: string;
  /** True when the line goes on in the next record of the stream. */
  readonly partial: boolean;
}

export interface LogQuery {
  readonly path: string;
  readonly tail?: number | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly follow?: boolean | undefined;
  /** Asked when the end is reached while following: false once the container has ended, then the rest is read and it stops. */
  readonly running?: () => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

export interface Logs {
  read(query: LogQuery): AsyncIterable<LogLine>;
}
