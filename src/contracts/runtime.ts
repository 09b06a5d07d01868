/** The OCI runtime in use on this host. */
export interface RuntimeIdentity {
  readonly name: 'crun' | 'runc' | string;
  readonly path: string;
  readonly version: string;
  /** Why another one was passed over, if one was. */
  readonly note?: string;
}

export interface CreateRequest {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  /** What the container runs, for errors. */
  readonly program?: string | undefined;
  /** Folder with config.json. Also holds pidfile, conmon.pid, attach socket, and the exit file `<bundle>/<id>`; removed by the caller. */
  readonly bundle: string;
  /** CRI-format log. Its folder exists. */
  readonly logPath: string;
  readonly terminal: boolean;
  readonly stdin: boolean;
  /** cgroup that conmon itself is moved to, as the Cgroups contract gave it. Undefined: it stays where we are. */
  readonly monitorCgroup?: string;
  /** Sockets that hold host ports: conmon inherits them and keeps them as long as it lives. */
  readonly heldDescriptors?: readonly number[];
  /** Absolute argv that conmon runs when the container has exited. */
  readonly exitCommand?: readonly string[];
  readonly systemdCgroup: boolean;
}

export interface CreatedContainer {
  readonly pid: number;
  readonly conmonPid: number;
}

export type RuntimeStatus = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

export interface ExecRequest {
  readonly id: string;
  /** The container's name, for errors; its id unless given. */
  readonly name?: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user?: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] };
  readonly terminal: boolean;
  /** Whether our stdin is handed on; /dev/null otherwise. */
  readonly interactive: boolean;
  /** With all capabilities of the host instead of those of the container. */
  readonly privileged?: boolean;
}

/** What an exit file and the kernel tell about an ended container. */
export interface ExitRecord {
  readonly exitCode: number;
  /** ISO time with nanoseconds where known. */
  readonly finishedAt: string;
  readonly oomKilled: boolean;
}

/** Containers through crun or runc and conmon. All verbs take ids, and may be repeated after a crash. */
export interface Runtime {
  identity(): Promise<RuntimeIdentity>;
  /** The conmon in use. Throws RuntimeError CONMON_MISSING. */
  monitor(): Promise<{ readonly path: string; readonly version: string }>;
  /** Throws RuntimeError RUNTIME_MISSING, RUNTIME_BROKEN, CONMON_MISSING unless containers can be made here. */
  need(): Promise<void>;
  /** Creates through conmon. Throws RuntimeError COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, CREATE_FAILED, with nothing left behind. */
  create(request: CreateRequest): Promise<CreatedContainer>;
  /** Throws RuntimeError COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, START_FAILED, with the name if one is given. */
  start(id: string, name?: string): Promise<void>;
  /** Sends a signal to the main process, or to all of the container's. No error if it has ended. */
  kill(id: string, signal: number, options?: { readonly all?: boolean }): Promise<void>;
  /** Undefined when the runtime knows no such container. */
  status(id: string): Promise<RuntimeStatus | undefined>;
  /** Kills what still runs and removes the runtime's state. No error if there is none. */
  delete(id: string): Promise<void>;
  /** Ids of containers that a runtime or a link to a bundle knows. */
  present(): Promise<readonly string[]>;
  /** Reads the exit file, or undefined while it runs. */
  exit(request: { readonly id: string; readonly bundle: string }): Promise<ExitRecord | undefined>;
  /** Resolves when the container has ended: exit file watched, conmon's death (137) noticed. */
  wait(request: {
    readonly id: string;
    readonly bundle: string;
    readonly conmonPid: number;
    readonly signal?: AbortSignal;
  }): Promise<ExitRecord>;
  /**
   * Runs a command in a container on our own stdio and returns its exit code. Throws RuntimeError NOT_RUNNING,
   * COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, EXEC_FAILED; of the last three the runtime has told something on stderr.
   */
  exec(request: ExecRequest): Promise<number>;
  /** Asks conmon to reopen its log (rotation). */
  reopenLog(bundle: string): Promise<void>;
}
