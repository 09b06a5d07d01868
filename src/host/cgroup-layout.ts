import type { CgroupFacts } from '../contracts/host-facts.ts';
import { HostError } from '../errors/host-error.ts';
import type { MountEntry } from './mount-table.ts';

/** Options of a v1 cgroup mount that are no controllers. */
const plainOptions = new Set([
  'rw',
  'ro',
  'none',
  'all',
  'xattr',
  'clone_children',
  'noprefix',
  'cpuset_v2_mode',
  'favordynmods',
]);

/**
 * How cgroups are mounted, from the mount table and each cgroup2 mount's `cgroup.controllers`. Pure.
 * Throws HostError NO_CGROUPS where there are none.
 */
export function describeCgroups(sources: {
  readonly mounts: readonly MountEntry[];
  readonly controllers: Readonly<Record<string, string>>;
  readonly systemd: boolean;
}): CgroupFacts {
  const seen = new Set<string>();
  const hierarchies = sources.mounts.flatMap((mount) => {
    const version = mount.type === 'cgroup2' ? 2 : mount.type === 'cgroup' ? 1 : undefined;
    if (version === undefined || seen.has(mount.device)) return [];
    seen.add(mount.device);
    const controllers =
      version === 2
        ? (sources.controllers[mount.target] ?? '').split(/\s+/).filter((name) => name !== '')
        : mount.superOptions.filter((option) => !plainOptions.has(option) && !option.includes('='));
    return [{ mount: mount.target, version, controllers } as const];
  });
  const versions = new Set(hierarchies.map(({ version }) => version));
  if (versions.size === 0) {
    throw new HostError({
      code: 'NO_CGROUPS',
      message: 'no cgroup hierarchy is mounted',
      hint: 'mount one: mount -t cgroup2 cgroup2 /sys/fs/cgroup',
    });
  }
  return {
    layout: versions.size === 2 ? 'hybrid' : versions.has(2) ? 'v2' : 'v1',
    controllers: hierarchies.flatMap(({ mount, version, controllers }) =>
      controllers.map((name) => ({ name, mount, version })),
    ),
    hierarchies,
    manager: sources.systemd ? 'systemd' : 'cgroupfs',
  };
}
