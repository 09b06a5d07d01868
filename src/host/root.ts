import { HostError } from '../errors/host-error.ts';

/** Throws HostError NOT_ROOT unless we are root, which running pods needs. */
export function requireRoot(): void {
  if (process.geteuid?.() === 0) return;
  throw new HostError({
    code: 'NOT_ROOT',
    message: 'pod needs root to run pods on this machine',
    hint: 'run it as root, for example with sudo',
  });
}
