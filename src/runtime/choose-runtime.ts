import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../contracts/exec.ts';
import type { RuntimeIdentity } from '../contracts/runtime.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { ensureFolder, readJson, removeTree, replaceFile } from '../host/files.ts';
import { withLock } from '../host/lock.ts';
import { lockRank } from '../host/lock-rank.ts';
import { commandFailure } from './failure.ts';
import { locate } from './locate.ts';

export interface ChooseRequest {
  readonly exec: Exec;
  /** Folder for what was found out; may be lost at any time. */
  readonly folder: string;
  /** Name or path that the user asked for: then nothing else is tried. */
  readonly wanted?: string;
}

const CANDIDATES = ['crun', 'runc'];
const CACHE = 'runtime.json';
const LOCK = 'probe.lock';
/** The bundle of a container that is only tried out. */
const PROBE = 'probe';

interface Cached {
  readonly key: string;
  readonly identity: RuntimeIdentity;
}

/**
 * The OCI runtime to use on this host: the wanted one, else crun if it can run a container here, else runc. What
 * was found out holds until a program, the boot, or the mounted cgroups change. Throws RuntimeError RUNTIME_MISSING,
 * RUNTIME_BROKEN.
 */
export async function chooseRuntime(request: ChooseRequest): Promise<RuntimeIdentity> {
  const names = request.wanted === undefined ? CANDIDATES : [request.wanted];
  const found = names.flatMap((name) => locate(name) ?? []);
  const key = keyOf(names, found);
  const known = () => {
    const cached = readCache(request.folder);
    return cached?.key === key ? cached.identity : undefined;
  };
  return known() ?? alone(request.folder, async () => known() ?? findOut(request, { names, key }));
}

/** Commands that start together try runtimes out one after another, in one folder. */
function alone<T>(folder: string, body: () => Promise<T>): Promise<T> {
  ensureFolder(folder);
  return withLock({ path: join(folder, LOCK), mode: 'exclusive', rank: lockRank.runtime }, body);
}

async function findOut(
  request: ChooseRequest,
  { names, key }: { readonly names: readonly string[]; readonly key: string },
): Promise<RuntimeIdentity> {
  const identity = await firstWorking(request, names);
  await replaceFile(join(request.folder, CACHE), JSON.stringify({ key, identity } satisfies Cached));
  return identity;
}

function readCache(folder: string): Cached | undefined {
  try {
    return readJson(join(folder, CACHE)) as Cached | undefined;
  } catch (error) {
    // What cannot be read is found out again.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function keyOf(names: readonly string[], found: readonly string[]): string {
  const programs = found.map((path) => {
    const { mtimeMs, size, ino } = statSync(path);
    return [path, mtimeMs, size, ino].join();
  });
  const cgroups = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line));
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
  return createHash('sha256')
    .update(JSON.stringify([names, programs, cgroups, boot]))
    .digest('hex');
}

async function firstWorking(request: ChooseRequest, names: readonly string[]): Promise<RuntimeIdentity> {
  const passedOver: string[] = [];
  for (const name of names) {
    const path = locate(name);
    if (path === undefined) {
      passedOver.push(`${name} is not installed`);
      continue;
    }
    const fault = await probe(request, path);
    if (fault !== undefined) {
      passedOver.push(`${path} cannot run containers here: ${fault}`);
      continue;
    }
    return {
      name: name.split('/').at(-1) ?? name,
      path,
      version: await versionOf(request.exec, path),
      ...(passedOver.length > 0 ? { note: passedOver.join('; ') } : {}),
    };
  }
  const missing = names.every((name) => locate(name) === undefined);
  throw new RuntimeError({
    code: missing ? 'RUNTIME_MISSING' : 'RUNTIME_BROKEN',
    kind: 'external',
    message: `no OCI runtime can be used: ${passedOver.join('; ')}`,
    hint:
      request.wanted === undefined
        ? 'install crun or runc (Debian: apt install crun)'
        : 'install it, or leave the choice to pod: without --runtime, and without runtime in containers.conf',
  });
}

/**
 * Lets the runtime make a container of a program that is not there. A runtime that works here gets as far as
 * missing it; one that does not fails before, and says why.
 */
async function probe({ exec, folder }: ChooseRequest, path: string): Promise<string | undefined> {
  const id = `pod-probe-${randomBytes(6).toString('hex')}`;
  const bundle = join(folder, PROBE);
  // Of a command that died at it.
  await removeTree(bundle);
  mkdirSync(join(bundle, 'rootfs'), { recursive: true, mode: 0o700 });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(probeSpec(id)));
  try {
    const root = join(bundle, 'state');
    const { stderr } = await exec.complete({
      argv: [path, '--root', root, 'create', '--bundle', bundle, id],
    });
    await exec.complete({ argv: [path, '--root', root, 'delete', '--force', id] });
    return commandFailure(stderr)?.code === 'COMMAND_NOT_FOUND'
      ? undefined
      : stderr.trim() || 'it gave no reason';
  } finally {
    await removeTree(bundle);
  }
}

function probeSpec(id: string) {
  return {
    ociVersion: '1.0.0',
    process: { user: { uid: 0, gid: 0 }, args: ['/probe'], env: [], cwd: '/' },
    root: { path: 'rootfs' },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
    ],
    linux: { namespaces: [{ type: 'pid' }, { type: 'mount' }], cgroupsPath: `/${id}`, resources: {} },
  };
}

async function versionOf(exec: Exec, path: string): Promise<string> {
  const [first = ''] = (await exec.run({ argv: [path, '--version'] })).split('\n');
  return first.split(' ').at(-1) ?? '';
}
