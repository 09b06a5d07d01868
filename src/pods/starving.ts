import { HostError } from '../errors/host-error.ts';
import { RuntimeError } from '../errors/runtime-error.ts';

/** Bytes below which not even the OCI runtime may get a container started: runc takes the most. */
const LEAST_MEMORY = 32 * 1024 * 1024;

export interface Starving {
  readonly subject: string;
  readonly limit: number | undefined;
}

/**
 * The error of a start, with a hint where a small memory limit may be the reason: the kernel kills the runtime then,
 * or refuses the limit, and neither can say why. `limit` is in bytes; `subject` is who has it, such as `pod web`.
 */
export function starving(error: unknown, { subject, limit }: Starving): unknown {
  if (limit === undefined || limit <= 0 || limit >= LEAST_MEMORY) return error;
  const hint = `its memory limit of ${limit} bytes may be too small to start it: raise resources.limits.memory`;
  if (error instanceof RuntimeError && (error.code === 'CREATE_FAILED' || error.code === 'START_FAILED')) {
    const { code, message, kind, cause } = error;
    return new RuntimeError({ code, message, kind, hint, cause });
  }
  if (error instanceof HostError && error.code === 'CGROUP_FAILED') {
    const { code, message, kind, cause } = error;
    return new HostError({ code, message: `${subject}: ${message}`, kind, hint, cause });
  }
  return error;
}
