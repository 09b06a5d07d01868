import type { MountSpec, RuntimeSpec } from '../../oci/runtime-spec.ts';
import { isPrivileged } from './privileged.ts';
import type { ContainerMount, ContainerSpecRequest } from './request.ts';

const PROPAGATION = { private: 'rprivate', rslave: 'rslave', rshared: 'rshared' } as const;

export const PROC: MountSpec = {
  destination: '/proc',
  type: 'proc',
  source: 'proc',
  options: ['nosuid', 'noexec', 'nodev'],
};

export const DEV: MountSpec = {
  destination: '/dev',
  type: 'tmpfs',
  source: 'tmpfs',
  options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
};

export const MQUEUE: MountSpec = {
  destination: '/dev/mqueue',
  type: 'mqueue',
  source: 'mqueue',
  options: ['nosuid', 'noexec', 'nodev'],
};

const PTS: MountSpec = {
  destination: '/dev/pts',
  type: 'devpts',
  source: 'devpts',
  options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
};

/**
 * All mounts of a container: the kernel's file systems, the pod's files, then what the manifest mounts. A mount of
 * the manifest replaces a default one at the same place; outer folders come before what lies inside them.
 */
export function mounts(request: ContainerSpecRequest): readonly MountSpec[] {
  const own = request.mounts.map(bound);
  const taken = new Set(own.map(({ destination }) => destination));
  const defaults = [...kernelMounts(request), ...podMounts(request)].filter(
    ({ destination }) => !taken.has(destination),
  );
  return [...defaults, ...own].sort((left, right) => depth(left) - depth(right));
}

/**
 * How mounts spread between the container and the host as a whole: a single one that receives or shares them makes
 * the root do so, else it would never hear of any.
 */
export function rootfsPropagation({
  mounts,
}: Pick<ContainerSpecRequest, 'mounts'>): RuntimeSpec['linux']['rootfsPropagation'] {
  const asked = new Set(mounts.map(({ propagation }) => propagation));
  return asked.has('rshared') ? 'rshared' : asked.has('rslave') ? 'rslave' : undefined;
}

/** Binds a file or folder of the host. */
export function bind(source: string, destination: string, options: readonly string[]): MountSpec {
  return { destination, type: 'bind', source, options: ['rbind', ...options] };
}

function kernelMounts({ container }: ContainerSpecRequest): readonly MountSpec[] {
  const access = isPrivileged(container) ? 'rw' : 'ro';
  return [
    PROC,
    DEV,
    PTS,
    MQUEUE,
    {
      destination: '/sys',
      type: 'sysfs',
      source: 'sysfs',
      options: ['nosuid', 'noexec', 'nodev', access],
    },
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: ['nosuid', 'noexec', 'nodev', 'relatime', access],
    },
  ];
}

function podMounts({ files }: ContainerSpecRequest): readonly MountSpec[] {
  return [
    bind(files.shm ?? '/dev/shm', '/dev/shm', ['rw', 'nosuid', 'noexec', 'nodev', 'rprivate']),
    bind(files.hosts, '/etc/hosts', ['rw', 'rprivate']),
    bind(files.hostname, '/etc/hostname', ['rw', 'rprivate']),
    bind(files.resolvConf, '/etc/resolv.conf', ['rw', 'rprivate']),
  ];
}

function bound({ source, destination, readOnly, propagation = 'private' }: ContainerMount): MountSpec {
  return bind(source, cleaned(destination), [readOnly ? 'ro' : 'rw', PROPAGATION[propagation]]);
}

/** `/data/` and `/data` are one place; the runtimes and we compare them as text. */
function cleaned(destination: string): string {
  return `/${destination.split('/').filter(Boolean).join('/')}`;
}

function depth({ destination }: MountSpec): number {
  return destination.split('/').filter(Boolean).length;
}
