import { readFileSync, statSync } from 'node:fs';

/**
 * Names the boot that run-time state belongs to: another name means that mounts, processes and cgroups of the
 * records are gone. The boot id alone is not enough, since containers and WSL keep it across their own restarts; so
 * the start time of process 1 and the inode of its mount namespace are part of it.
 */
export function bootIdentity(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot}-${startOfInit()}-${mountNamespace()}`;
}

function startOfInit(): string {
  const stat = readFileSync('/proc/1/stat', 'utf8');
  // The name in field 2 may hold spaces and brackets; field 22 counts from behind its end (proc(5)).
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function mountNamespace(): string {
  try {
    return String(statSync('/proc/1/ns/mnt').ino);
  } catch (error) {
    // Only root may look at process 1; without root our own namespace is the one that our mounts live in.
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return String(statSync('/proc/self/ns/mnt').ino);
  }
}
