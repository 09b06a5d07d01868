import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { CgroupLimits } from '../contracts/cgroups.ts';
import type { CgroupFacts } from '../contracts/host-facts.ts';
import { HostError } from '../errors/host-error.ts';

type Hierarchy = CgroupFacts['hierarchies'][number];

/** Milliseconds that killed processes get to leave before removal gives up. */
const removalDeadline = 10_000;

/** What a cgroup says that was removed: before it was opened, and after. */
const gone = ['ENOENT', 'ENODEV'];

/**
 * Makes a cgroup in every hierarchy, with what its children need: on v1 the CPUs and memory nodes of its parent, on v2
 * the controllers, as far as the host lets us hand them down. May be repeated. Throws HostError CGROUP_FAILED.
 */
export async function makeCgroup({ hierarchies }: CgroupFacts, path: string): Promise<void> {
  await Promise.all(hierarchies.map((hierarchy) => makeIn(hierarchy, path)));
}

/** Sets limits on a cgroup that exists. Throws HostError CGROUP_FAILED, also for a limit without its controller. */
export async function setLimits(
  { controllers }: CgroupFacts,
  path: string,
  limits: CgroupLimits,
): Promise<void> {
  for (const { controller, files } of limitFiles(limits)) {
    const found = controllers.find(({ name }) => name === controller);
    if (found === undefined) throw failed(`the ${controller} controller is not available for a limit`);
    for (const [name, value] of files[found.version]) {
      const file = `${found.mount}${path}/${name}`;
      try {
        await write(file, value);
      } catch (error) {
        throw failed(
          `the limit ${value} of ${name} cannot be set on the cgroup ${path} (${codeOf(error)})`,
          error,
        );
      }
    }
  }
}

/** Moves a process into a cgroup of every hierarchy; the cgroup is made if missing. A process that has ended is no error. */
export async function enterCgroup(facts: CgroupFacts, path: string, pid: number): Promise<void> {
  const enter = async (): Promise<boolean> => {
    const moved = await Promise.all(
      facts.hierarchies.map(async ({ mount }) => {
        const file = `${mount}${path}/cgroup.procs`;
        return failing(file, writeIfThere(file, String(pid)), ['ESRCH']);
      }),
    );
    return !moved.includes(false);
  };
  if (await enter()) return;
  await makeCgroup(facts, path);
  if (!(await enter())) throw failed(`the cgroup ${path} was removed while process ${pid} entered it`);
}

/** Processes in a cgroup and below it, in any hierarchy. */
export async function processesBelow({ hierarchies }: CgroupFacts, path: string): Promise<readonly number[]> {
  const folders = await Promise.all(hierarchies.map(({ mount }) => foldersBelow(`${mount}${path}`)));
  const lists = await Promise.all(
    folders.flat().map(async (folder) => {
      const file = `${folder}/cgroup.procs`;
      // A threaded cgroup has no list of its own: its processes are in that of its domain above.
      const text = await failing(file, readFile(file, 'utf8'), [...gone, 'EOPNOTSUPP']);
      return (text ?? '').split('\n').filter((line) => line !== '');
    }),
  );
  // Processes of other pid namespaces are listed as 0.
  return [...new Set(lists.flat().map(Number))].filter((pid) => pid > 0);
}

/** Names of the children of a cgroup, in any hierarchy. */
export async function childrenOf({ hierarchies }: CgroupFacts, path: string): Promise<readonly string[]> {
  const lists = await Promise.all(hierarchies.map(({ mount }) => folderNames(`${mount}${path}`)));
  return [...new Set(lists.flat())];
}

/**
 * Kills everything in a cgroup and below it, waits until it is gone, and removes all of it, deepest first, in every
 * hierarchy. No error if there is none. Throws HostError CGROUP_FAILED when processes do not go.
 */
export async function removeCgroup(facts: CgroupFacts, path: string): Promise<void> {
  const deadline = Date.now() + removalDeadline;
  for (let pause = 1; !(await tryRemove(facts, path)); pause = Math.min(pause * 2, 50)) {
    if (Date.now() > deadline) {
      const pids = await processesBelow(facts, path);
      throw failed(`the cgroup ${path} cannot be removed: ${describe(pids)} did not end`);
    }
    await killBelow(facts, path);
    await delay(pause);
  }
}

/** Removes a cgroup that has no processes and no children; another one stays. */
export async function removeIfEmpty({ hierarchies }: CgroupFacts, path: string): Promise<void> {
  await Promise.all(hierarchies.map(({ mount }) => removeFolder(`${mount}${path}`)));
}

/** Makes the deepest folder first: once it is there, nobody who tidies up can remove those above it. */
async function makeIn(hierarchy: Hierarchy, path: string): Promise<void> {
  await failing(path, mkdir(`${hierarchy.mount}${path}`, { recursive: true }));
  let parent = hierarchy.mount;
  for (const part of path.split('/').filter((name) => name !== '')) {
    const folder = `${parent}/${part}`;
    if (hierarchy.version === 2) await handDown(hierarchy, parent);
    else if (hierarchy.controllers.includes('cpuset')) await copyCpuset(parent, folder);
    parent = folder;
  }
}

async function handDown({ controllers }: Hierarchy, folder: string): Promise<void> {
  const file = `${folder}/cgroup.subtree_control`;
  const enabled = ((await failing(file, readFile(file, 'utf8'))) ?? '').split(/\s+/);
  for (const controller of controllers.filter((name) => !enabled.includes(name))) {
    // A cgroup that holds processes, or a host that keeps a controller to itself: then limits of it cannot be set.
    await failing(file, write(file, `+${controller}`), [
      'ENOENT',
      'EBUSY',
      'EINVAL',
      'EACCES',
      'EPERM',
      'EOPNOTSUPP',
    ]);
  }
}

async function copyCpuset(parent: string, folder: string): Promise<void> {
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const read = async (file: string) => (await failing(file, readFile(file, 'utf8')))?.trim() ?? '';
    const file = `${folder}/${name}`;
    if ((await read(file)) === '') await failing(file, write(file, await read(`${parent}/${name}`)));
  }
}

interface LimitFiles {
  readonly controller: 'cpu' | 'memory' | 'pids';
  /** File and value by cgroup version, in the order to write them. */
  readonly files: Readonly<Record<1 | 2, readonly (readonly [file: string, value: string])[]>>;
}

function limitFiles({
  cpuShares,
  cpuQuota,
  cpuPeriod,
  memoryLimit,
  pidsLimit,
}: CgroupLimits): readonly LimitFiles[] {
  const found: LimitFiles[] = [];
  if (cpuShares !== undefined) {
    const files = {
      1: [['cpu.shares', `${cpuShares}`]],
      2: [['cpu.weight', `${cpuWeight(cpuShares)}`]],
    } as const;
    found.push({ controller: 'cpu', files });
  }
  if (cpuQuota !== undefined) {
    const [period, quota] = [`${cpuPeriod ?? 100_000}`, cpuQuota > 0 ? `${cpuQuota}` : undefined];
    const v1 = [
      ['cpu.cfs_period_us', period],
      ['cpu.cfs_quota_us', quota ?? '-1'],
    ] as const;
    found.push({ controller: 'cpu', files: { 1: v1, 2: [['cpu.max', `${quota ?? 'max'} ${period}`]] } });
  }
  if (memoryLimit !== undefined) {
    const files = {
      1: [['memory.limit_in_bytes', `${memoryLimit}`]],
      2: [['memory.max', memoryLimit > 0 ? `${memoryLimit}` : 'max']],
    } as const;
    found.push({ controller: 'memory', files });
  }
  if (pidsLimit !== undefined) {
    const file = ['pids.max', pidsLimit > 0 ? `${pidsLimit}` : 'max'] as const;
    found.push({ controller: 'pids', files: { 1: [file], 2: [file] } });
  }
  return found;
}

/** The weight that v2 gives to v1's shares: 2..262144 onto 1..10000, as the OCI runtimes and the kubelet map them. */
export function cpuWeight(shares: number): number {
  const bounded = Math.min(Math.max(shares, 2), 262_144);
  return 1 + Math.trunc(((bounded - 2) * 9999) / 262_142);
}

async function tryRemove({ hierarchies }: CgroupFacts, path: string): Promise<boolean> {
  const removed = await Promise.all(
    hierarchies.map(async ({ mount }) => {
      const folders = await foldersBelow(`${mount}${path}`);
      const deepestFirst = [...folders].reverse();
      for (const folder of deepestFirst) if (!(await removeFolder(folder))) return false;
      return true;
    }),
  );
  return removed.every(Boolean);
}

/** Sends SIGKILL to everything in a cgroup and below it. No error if there is none. */
export async function killBelow(facts: CgroupFacts, path: string): Promise<void> {
  for (const { mount, version } of facts.hierarchies) {
    // Kernels before 5.14 have no such file.
    const file = `${mount}${path}/cgroup.kill`;
    if (version === 2) await failing(file, write(file, '1'), gone);
  }
  const freezer = facts.controllers.find(({ name, version }) => name === 'freezer' && version === 1);
  const states = freezer === undefined ? [] : await foldersBelow(`${freezer.mount}${path}`);
  // Frozen, they cannot fork faster than we kill; killed, they end once thawed.
  for (const folder of states.slice(0, 1)) await setFrozen(folder, true);
  for (const pid of await processesBelow(facts, path)) kill(pid);
  for (const folder of states) await setFrozen(folder, false);
}

async function setFrozen(folder: string, frozen: boolean): Promise<void> {
  const file = `${folder}/freezer.state`;
  await failing(file, write(file, frozen ? 'FROZEN' : 'THAWED'), gone);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH')
      throw failed(`process ${pid} cannot be killed`, error);
  }
}

/** A folder and those below it, each before its children. Empty if it does not exist. */
async function foldersBelow(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isCode(error, gone)) return undefined;
    throw failed(`${folder} cannot be read`, error);
  });
  if (names === undefined) return [];
  const inner = names
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => foldersBelow(`${folder}/${name}`));
  return [folder, ...(await Promise.all(inner)).flat()];
}

async function folderNames(folder: string): Promise<readonly string[]> {
  const entries = await failing(folder, readdir(folder, { withFileTypes: true }), gone);
  return (entries ?? []).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function removeFolder(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (isCode(error, ['ENOENT'])) return true;
    if (isCode(error, ['EBUSY', 'ENOTEMPTY'])) return false;
    throw failed(`${folder} cannot be removed`, error);
  }
}

/** Cgroup files are there or not; opening must never make one. */
async function write(file: string, value: string): Promise<void> {
  const handle = await open(file, constants.O_WRONLY);
  try {
    await handle.write(value);
  } finally {
    await handle.close();
  }
}

async function writeIfThere(file: string, value: string): Promise<boolean> {
  try {
    await write(file, value);
    return true;
  } catch (error) {
    if (isCode(error, gone)) return false;
    throw error;
  }
}

async function failing<T>(
  path: string,
  work: Promise<T>,
  allowed: readonly string[] = [],
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isCode(error, allowed)) return undefined;
    throw failed(`${path}: ${codeOf(error)}`, error);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'failed';
}

function isCode(error: unknown, codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

function describe(pids: readonly number[]): string {
  return pids.length === 1 ? `process ${pids[0]}` : `processes ${pids.join(', ')}`;
}

function failed(message: string, cause?: unknown): HostError {
  return new HostError({ code: 'CGROUP_FAILED', kind: 'external', message, cause });
}
