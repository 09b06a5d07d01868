import { HostError } from '../errors/host-error.ts';
import { SystemError } from '../errors/system-error.ts';

const HINT = 'run it as root, for example with sudo';

/** Throws HostError NOT_ROOT unless we are root, which running pods needs. */
export function requireRoot(): void {
  if (process.geteuid?.() === 0) return;
  throw new HostError({
    code: 'NOT_ROOT',
    message: 'pod needs root to change anything on this machine',
    hint: HINT,
  });
}

/** What the kernel refuses to a user who is not root is told as HostError NOT_ROOT; any other error stays as it is. */
export function asNotRoot(error: unknown): unknown {
  if (process.geteuid?.() === 0 || !(error instanceof Error)) return error;
  const errno = error instanceof SystemError ? error.errno : (error as NodeJS.ErrnoException).code;
  if (errno !== 'EACCES' && errno !== 'EPERM') return error;
  return new HostError({
    code: 'NOT_ROOT',
    message: `pod needs root for this store: ${error.message}`,
    hint: HINT,
    cause: error,
  });
}
