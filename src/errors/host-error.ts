import { PodError } from './pod-error.ts';

export type HostCode =
  | 'NOT_ROOT'
  | 'TOOL_MISSING'
  | 'UNSUPPORTED_KERNEL'
  | 'NO_CGROUPS'
  | 'CGROUP_FAILED'
  | 'APPARMOR_FAILED'
  | 'NATIVE_MISSING'
  | 'FILE_UNREADABLE';

/** The machine lacks something that pod needs. The hint says what to install or change. */
export class HostError extends PodError<HostCode> {}
