import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CgroupLimits } from '../contracts/cgroups.ts';
import type { Exec } from '../contracts/exec.ts';
import type { CgroupFacts } from '../contracts/host-facts.ts';
import { HostError } from '../errors/host-error.ts';
import { ProcessError } from '../errors/process-error.ts';
import type { CgroupDriver } from './cgroup-driver.ts';
import { childrenOf, cpuWeight, killBelow, removeCgroup } from './cgroup-tree.ts';

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
/** Milliseconds that systemd gets to carry out a job. */
const jobDeadline = 10_000;
/** Exit status of systemctl for a unit that is not loaded (LSB). */
const unitUnknown = 5;

/**
 * Pods as slices of systemd, each container a scope in its pod's slice, each monitor a scope beside them. systemd is
 * the only one that makes or changes cgroups there, as its documentation of delegation asks. Slices above the pods'
 * are stopped by systemd itself when nothing needs them any more, which no race with a new pod can upset.
 */
export function createSystemdCgroups({ parent, facts, exec }: SystemdOptions): CgroupDriver {
  const parentSlice = `${parent}.slice`;
  const call: Call = (method, ...values) =>
    exec.run({ argv: ['busctl', '--quiet', 'call', ...manager, method, ...values], timeout: jobDeadline });
  return {
    forPod: (uid) => {
      const path = `${parent}-pod${uid.replaceAll('-', '_')}.slice`;
      return { manager: 'systemd', path, filesystemPath: sliceFolder(path) };
    },
    create: async ({ path, filesystemPath }, limits) => {
      const properties = sliceProperties(limits, facts);
      const parents = await missingSlices(facts, parentSlice);
      await startUnit(call, { unit: path, properties, parents, mayExist: true });
      await until(`systemd did not make the cgroup ${filesystemPath}`, () => exists(facts, filesystemPath));
    },
    containerPath: ({ path }, id) => `${path}:pod:${id}`,
    containerFolder: ({ filesystemPath }, id) => `${filesystemPath}/pod-${id}.scope`,
    monitorPath: ({ path }) => path,
    enter: async (path, pid) => {
      const properties: readonly Property[] = [
        ['Slice', 's', path],
        ['PIDs', 'au', '1', String(pid)],
        ['CollectMode', 's', 'inactive-or-failed'],
        ['DefaultDependencies', 'b', 'false'],
      ];
      if ((await cgroupsOf(pid)) === undefined) return;
      await startUnit(call, { unit: `pod-conmon-${pid}.scope`, properties, parents: [], mayExist: false });
      await until(`systemd did not move process ${pid} to ${path}`, async () => {
        const cgroups = await cgroupsOf(pid);
        return cgroups === undefined || cgroups.includes(`/${path}/`);
      });
    },
    remove: async ({ path, filesystemPath }) => {
      if (!(await exists(facts, filesystemPath))) return;
      await killBelow(facts, filesystemPath);
      // Unlike a call on the bus, this waits until systemd has forgotten the unit, so that it can be made again.
      const stopped = await exec.complete({ argv: ['systemctl', 'stop', path], timeout: jobDeadline });
      if (stopped.status !== 0 && stopped.status !== unitUnknown) {
        throw failed(`systemd did not stop ${path}: ${stopped.stderr.trim()}`);
      }
      await removeCgroup(facts, filesystemPath);
    },
    pods: async () => {
      const prefix = `${parent}-pod`;
      const names = await childrenOf(facts, sliceFolder(parentSlice));
      return names
        .filter((name) => name.startsWith(prefix) && name.endsWith('.slice'))
        .map((name) => name.slice(prefix.length, -'.slice'.length).replaceAll('_', '-'));
    },
    removeParent: () => Promise.resolve(),
  };
}

/** `/a.slice/a-b.slice/a-b-c.slice` for `a-b-c.slice` (systemd.slice(5)). */
export function sliceFolder(slice: string): string {
  const parts = slice.replace(/\.slice$/, '').split('-');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('-')}.slice`).join('');
}

type Property = readonly [name: string, signature: string, ...values: string[]];
type Call = (method: string, ...values: readonly string[]) => Promise<string>;

interface Unit {
  readonly unit: string;
  readonly properties: readonly Property[];
  /** Slices above it that are to be made with it. */
  readonly parents: readonly string[];
  /** Whether a unit that is there already is changed and started instead. */
  readonly mayExist: boolean;
}

async function startUnit(call: Call, { unit, properties, parents, mayExist }: Unit): Promise<void> {
  const values = properties.flatMap((property) => [...property]);
  const start = (above: readonly string[]) =>
    call(
      'StartTransientUnit',
      'ssa(sv)a(sa(sv))',
      ...[unit, 'replace', `${properties.length}`, ...values, `${above.length}`],
      ...above.flatMap((slice) => [slice, '1', 'StopWhenUnneeded', 'b', 'true']),
    );
  try {
    await start(parents).catch((error: unknown) => {
      // Another pod's start may have made a parent meanwhile.
      if (parents.length > 0 && isKnownUnit(error)) return start([]);
      throw error;
    });
  } catch (error) {
    if (!mayExist || !isKnownUnit(error)) throw failed(`systemd did not start ${unit}`, error);
    const changeable = properties.filter(([name]) => name !== 'DefaultDependencies');
    const changed = changeable.flatMap((property) => [...property]);
    await call('SetUnitProperties', 'sba(sv)', unit, 'true', `${changeable.length}`, ...changed);
    await call('StartUnit', 'ss', unit, 'replace');
  }
}

/** busctl tells bus errors by their text only. */
function isKnownUnit(error: unknown): boolean {
  return (
    error instanceof ProcessError &&
    /UnitExists|already (exists|loaded)|was already loaded/.test(error.stderr)
  );
}

/** The slice and those above it that have no cgroup. */
async function missingSlices(facts: CgroupFacts, slice: string): Promise<readonly string[]> {
  const parts = slice.replace(/\.slice$/, '').split('-');
  const slices = parts.map((_, index) => `${parts.slice(0, index + 1).join('-')}.slice`);
  const found = await Promise.all(slices.map((name) => exists(facts, sliceFolder(name))));
  return slices.filter((_, index) => !found[index]);
}

async function cgroupsOf(pid: number): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/cgroup`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw failed(`the cgroups of process ${pid} cannot be read`, error);
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

/** systemd answers when a job is queued; this waits until it is done. */
async function until(otherwise: string, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + jobDeadline;
  while (!(await done())) {
    if (Date.now() > deadline) throw failed(`${otherwise} in time`);
    await delay(5);
  }
}

async function exists({ hierarchies }: CgroupFacts, path: string): Promise<boolean> {
  return (await Promise.all(hierarchies.map(({ mount }) => isFolder(`${mount}${path}`)))).includes(true);
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
