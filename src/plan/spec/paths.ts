import type { Container } from '../../kube/wire.ts';
import { isPrivileged } from './privileged.ts';

const MASKED = [
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/dev/block',
  '/sys/firmware',
  '/sys/fs/selinux',
];

const READ_ONLY = ['/proc/asound', '/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** What of the kernel's files is hidden from, and what cannot be written by, every container but privileged ones. */
export interface ProtectedPaths {
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
}

/** The protected paths of a container; none when privileged or with procMount Unmasked. */
export function protectedPaths(container?: Container): ProtectedPaths {
  const open = container && (isPrivileged(container) || container.securityContext?.procMount === 'Unmasked');
  return open ? { maskedPaths: [], readonlyPaths: [] } : { maskedPaths: MASKED, readonlyPaths: READ_ONLY };
}
