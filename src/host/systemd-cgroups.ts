import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CgroupLimits, PodCgroup } from '../contracts/cgroups.ts';
import type { Exec } from '../contracts/exec.ts';
import type { CgroupFacts } from '../contracts/host-facts.ts';
import { HostError } from '../errors/host-error.ts';
import { ProcessError } from '../errors/process-error.ts';
import type { CgroupDriver } from './cgroup-driver.ts';
import { childrenOf, cpuWeight, removeCgroup } from './cgroup-tree.ts';

interface SystemdOptions {
  readonly parent: string;
  readonly facts: CgroupFacts;
  readonly exec: Exec;
}

const manager = [
  'org.freedesktop.systemd1',
  '/org/freedesktop/systemd1',
  'org.freedesktop.systemd1.Manager',
] as const;
const noSuchUnit = /org\.freedesktop\.systemd1\.NoSuchUnit|not loaded/;
/** Milliseconds that systemd gets to carry out a job. */
const jobDeadline = 10_000;

/**
 * Pods as slices of systemd, each container a scope in its pod's slice, each monitor a scope beside them. systemd is
 * the only one that makes or changes cgroups there, as its documentation of delegation asks.
 */
export function createSystemdCgroups({ parent, facts, exec }: SystemdOptions): CgroupDriver {
  const parentSlice = `${parent}.slice`;
  const call = (method: string, ...values: readonly string[]) =>
    exec.run({ argv: ['busctl', '--quiet', 'call', ...manager, method, ...values], timeout: jobDeadline });
  const containerFolder = (cgroup: PodCgroup, id: string) => `${cgroup.filesystemPath}/${scopeOf(id)}`;
  const stop = async (unit: string) => {
    try {
      await call('StopUnit', 'ss', unit, 'replace');
    } catch (error) {
      if (error instanceof ProcessError && noSuchUnit.test(error.stderr)) return;
      throw failed(`systemd did not stop ${unit}`, error);
    }
  };
  return {
    forPod: (uid) => {
      const path = `${parent}-pod${uid.replaceAll('-', '_')}.slice`;
      return { manager: 'systemd', path, filesystemPath: sliceFolder(path) };
    },
    create: async ({ path, filesystemPath }, limits) => {
      await startUnit(call, { unit: path, properties: sliceProperties(limits, facts), exists: 'update' });
      await appears(facts, filesystemPath);
    },
    containerPath: ({ path }, id) => `${path}:pod:${id}`,
    containerFolder,
    monitorPath: ({ path }) => path,
    enter: (path, pid) => {
      const properties = [
        ['Slice', 's', path],
        ['PIDs', 'au', '1', String(pid)],
        ['CollectMode', 's', 'inactive-or-failed'],
        ['DefaultDependencies', 'b', 'false'],
      ] as const;
      return startUnit(call, { unit: `pod-conmon-${pid}.scope`, properties, exists: 'fail' });
    },
    remove: async ({ path, filesystemPath }) => {
      await stop(path);
      await removeCgroup(facts, filesystemPath);
    },
    pods: async () => {
      const prefix = `${parent}-pod`;
      const names = await childrenOf(facts, sliceFolder(parentSlice));
      return names
        .filter((name) => name.startsWith(prefix) && name.endsWith('.slice'))
        .map((name) => name.slice(prefix.length, -'.slice'.length).replaceAll('_', '-'));
    },
    removeParent: async () => {
      const names = await childrenOf(facts, sliceFolder(parentSlice));
      if (names.length === 0) await stop(parentSlice);
    },
  };
}

/** `/a.slice/a-b.slice/a-b-c.slice` for `a-b-c.slice` (systemd.slice(5)). */
export function sliceFolder(slice: string): string {
  const parts = slice.replace(/\.slice$/, '').split('-');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('-')}.slice`).join('');
}

function scopeOf(containerId: string): string {
  return `pod-${containerId}.scope`;
}

type Property = readonly [name: string, signature: string, ...values: string[]];
type Call = (method: string, ...values: readonly string[]) => Promise<string>;

async function startUnit(
  call: Call,
  request: {
    readonly unit: string;
    readonly properties: readonly Property[];
    readonly exists: 'update' | 'fail';
  },
): Promise<void> {
  const { unit, properties, exists } = request;
  const flat = properties.flatMap((property) => [...property]);
  try {
    await call(
      'StartTransientUnit',
      'ssa(sv)a(sa(sv))',
      unit,
      'replace',
      `${properties.length}`,
      ...flat,
      '0',
    );
  } catch (error) {
    const known = error instanceof ProcessError && /UnitExists|already (exists|loaded)/.test(error.stderr);
    if (!known || exists === 'fail') throw failed(`systemd did not start ${unit}`, error);
    const changeable = properties.filter(([name]) => name !== 'DefaultDependencies');
    const values = changeable.flatMap((property) => [...property]);
    await call('SetUnitProperties', 'sba(sv)', unit, 'true', `${changeable.length}`, ...values);
  }
}

function sliceProperties(limits: CgroupLimits, { layout }: CgroupFacts): readonly Property[] {
  const { cpuShares, cpuQuota, cpuPeriod = 100_000, memoryLimit, pidsLimit } = limits;
  const properties: Property[] = [
    ['DefaultDependencies', 'b', 'false'],
    ...['CPUAccounting', 'MemoryAccounting', 'TasksAccounting', 'IOAccounting'].map(
      (name): Property => [name, 'b', 'true'],
    ),
  ];
  if (cpuShares !== undefined) {
    properties.push(
      layout === 'v2' ? ['CPUWeight', 't', `${cpuWeight(cpuShares)}`] : ['CPUShares', 't', `${cpuShares}`],
    );
  }
  if (cpuQuota !== undefined && cpuQuota > 0) {
    properties.push(['CPUQuotaPerSecUSec', 't', `${Math.trunc((cpuQuota * 1_000_000) / cpuPeriod)}`]);
    properties.push(['CPUQuotaPeriodUSec', 't', `${cpuPeriod}`]);
  }
  if (memoryLimit !== undefined && memoryLimit > 0) {
    properties.push([layout === 'v2' ? 'MemoryMax' : 'MemoryLimit', 't', `${memoryLimit}`]);
  }
  if (pidsLimit !== undefined && pidsLimit > 0) properties.push(['TasksMax', 't', `${pidsLimit}`]);
  return properties;
}

/** systemd answers when the job is queued; the cgroup is there when it is done. */
async function appears({ hierarchies }: CgroupFacts, path: string): Promise<void> {
  const deadline = Date.now() + jobDeadline;
  for (;;) {
    const found = await Promise.all(hierarchies.map(({ mount }) => isFolder(`${mount}${path}`)));
    if (found.includes(true)) return;
    if (Date.now() > deadline) throw failed(`systemd did not make the cgroup ${path} in time`);
    await delay(5);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw failed(`${path} cannot be read`, error);
  }
}

function failed(message: string, cause?: unknown): HostError {
  return new HostError({ code: 'CGROUP_FAILED', kind: 'external', message, cause });
}
