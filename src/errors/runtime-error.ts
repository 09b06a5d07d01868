import { PodError } from './pod-error.ts';

export type RuntimeCode =
  | 'RUNTIME_MISSING'
  | 'RUNTIME_BROKEN'
  | 'CONMON_MISSING'
  | 'COMMAND_MISSING'
  | 'COMMAND_NOT_FOUND'
  | 'COMMAND_NOT_EXECUTABLE'
  | 'CREATE_FAILED'
  | 'START_FAILED'
  | 'KILL_FAILED'
  | 'DELETE_FAILED'
  | 'NOT_RUNNING'
  | 'EXEC_FAILED';

/** The OCI runtime or conmon is missing or refused. COMMAND_NOT_* carry the exit codes 127 and 126. */
export class RuntimeError extends PodError<RuntimeCode> {}
