/** A program to run. `argv[0]` is a path or a name looked up in PATH. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the child; the caller's own unless given. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Written to the child's stdin, which is then closed. Without it stdin is /dev/null. */
  readonly stdin?: string | Uint8Array;
  /** Descriptors the child gets beyond 0-2: child number -> our number. All others are closed. */
  readonly descriptors?: Readonly<Record<number, number>>;
  /** Whether the child leads a session of its own, without our terminal. */
  readonly newSession?: boolean;
  /** Milliseconds after which the child is killed and TIMED_OUT thrown. */
  readonly timeout?: number;
}

/** How a program ended. Exactly one of `status` and `signal` is set. */
export interface Completed {
  readonly argv: readonly string[];
  readonly status?: number;
  readonly signal?: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child that was started with our own terminal or with pipes, and can be signalled. */
export interface Child {
  readonly pid: number;
  /** Keeps this process alive once it has been asked for; a child that nobody waits for does not. */
  readonly ended: Promise<{ readonly status?: number; readonly signal?: string }>;
  /** No error if it has ended. */
  kill(signal: number): void;
}

/** The only door to other programs. */
export interface Exec {
  /** Runs to the end and returns however it ended. Throws ProcessError NOT_FOUND, NOT_EXECUTABLE or TIMED_OUT. */
  complete(command: Command): Promise<Completed>;
  /** Like `complete`, and throws ProcessError FAILED unless the status is 0. Returns stdout. */
  run(command: Command): Promise<string>;
  /** Starts a program on the given descriptors (0, 1, 2 among them) and does not wait. */
  start(command: Command): Promise<Child>;
}
