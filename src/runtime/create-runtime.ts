import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../contracts/exec.ts';
import type {
  CreateRequest,
  ExecRequest,
  ExitRecord,
  Runtime,
  RuntimeIdentity,
} from '../contracts/runtime.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { listFolder } from '../host/files.ts';
import { installFolder } from '../host/native.ts';
import { isId } from '../values/id.ts';
import { awaitExit, type ExitWait } from './await-exit.ts';
import { chooseRuntime } from './choose-runtime.ts';
import { CONTROL } from './conmon-command.ts';
import { containerStatus, isKnown } from './container-status.ts';
import { createContainer } from './create-container.ts';
import { execute } from './execute.ts';
import { readExit } from './exit-file.ts';
import { runtimeFailure } from './failure.ts';
import { locate } from './locate.ts';
import { keepFilter, reuseFilter } from './seccomp-filter.ts';
import type { Tools } from './tools.ts';

export interface RuntimeOptions {
  readonly exec: Exec;
  /** A folder of this store's run-time state, for the runtime's own. Made when needed. */
  readonly folder: string;
  /** Name or path of the OCI runtime that the user asked for. */
  readonly runtime?: string;
  /** Name or path of conmon; looked for in the usual places unless given. */
  readonly conmon?: string;
  /** Moves a process to a cgroup, as Cgroups.enter does. */
  readonly enterCgroup: (path: string, pid: number) => Promise<void>;
  /** Names such as `CAP_CHOWN` that a privileged command gets, as HostFacts tells them. */
  readonly hostCapabilities: () => Promise<readonly string[]>;
}

/** Folders beside those of the runtimes. */
const BUNDLES = 'bundles';
const FILTERS = 'seccomp';
const SIGKILL = 9;
const KILLED = 137;
/** conmon's message to open its log anew. */
const REOPEN_LOG = '2 0 0\n';

/**
 * Containers through crun or runc, and conmon. Nothing is looked for before the first call that needs it. Exit
 * files are `<bundle>/<id>`: the folder to tell an exit command of.
 */
export function createRuntime(options: RuntimeOptions): Runtime {
  let identity: Promise<RuntimeIdentity> | undefined;
  const identify = () => {
    identity ??= chooseRuntime({
      exec: options.exec,
      folder: options.folder,
      ...(options.runtime === undefined ? {} : { wanted: options.runtime }),
    });
    return identity;
  };
  const tools = async (): Promise<Tools> => {
    const { name, path } = await identify();
    return {
      exec: options.exec,
      name,
      conmon: findConmon(options.conmon ?? 'conmon'),
      leash: join(installFolder(), 'build', 'leash'),
      runtime: path,
      runtimeRoot: join(options.folder, name),
      filters: join(options.folder, FILTERS),
      enterCgroup: options.enterCgroup,
      hostCapabilities: options.hostCapabilities,
    };
  };
  const bundles = bundleLinks(join(options.folder, BUNDLES));
  const toolsOf = async (id: string): Promise<Tools> => {
    const maker = makerOf(options.folder, id);
    const own = await tools();
    if (maker === undefined || maker === own.name) return own;
    return { ...own, name: maker, runtime: findRuntime(maker), runtimeRoot: join(options.folder, maker) };
  };
  const made = (id: string) => makerOf(options.folder, id) !== undefined;
  return {
    identity: identify,
    monitor: async () => {
      const path = findConmon(options.conmon ?? 'conmon');
      const text = await options.exec.run({ argv: [path, '--version'] });
      return { path, version: /\d[\w.-]*/.exec(text)?.[0] ?? '' };
    },
    need: async () => {
      await tools();
    },
    create: async (request) => create(await tools(), { request, bundles }),
    start: async (id, name = id) => start(await toolsOf(id), id, name),
    kill: async (id, signal, { all = false } = {}) => {
      if (made(id)) await kill(await toolsOf(id), { id, signal, all });
    },
    status: async (id) => (made(id) ? containerStatus(await toolsOf(id), id) : undefined),
    delete: async (id) => {
      if (made(id)) await remove(await toolsOf(id), { id, bundles });
      else bundles.remove(id);
    },
    present: async () => {
      const places = listFolder(options.folder).filter((name) => name !== FILTERS && !name.endsWith('.json'));
      return [...new Set(places.flatMap((name) => listFolder(join(options.folder, name))))].filter(isId);
    },
    exit: async (place) => readExit(place),
    wait: async (wait) => (await awaitExit(wait)) ?? orphaned(await toolsOf(wait.id), wait),
    exec: async (request) => enter(await toolsOf(request.id), { request, bundles }),
    reopenLog: async (bundle) => reopenLog(bundle),
  };
}

function findConmon(name: string): string {
  const path = locate(name);
  if (path !== undefined) return path;
  throw new RuntimeError({
    code: 'CONMON_MISSING',
    kind: 'external',
    message: `${name} is not installed`,
    hint: 'install conmon (Debian: apt install conmon)',
  });
}

/**
 * The runtime that has state of a container, by name: it may have been made with another than the one in use now.
 * Undefined where none has: then there is nothing to undo, and no runtime is needed for that.
 */
function makerOf(folder: string, id: string): string | undefined {
  const runtimes = listFolder(folder).filter((name) => name !== BUNDLES && name !== FILTERS);
  return runtimes.find((name) => existsSync(join(folder, name, id)));
}

function findRuntime(name: string): string {
  const path = locate(name);
  if (path !== undefined) return path;
  throw new RuntimeError({
    code: 'RUNTIME_MISSING',
    kind: 'external',
    message: `${name}, which the container was made with, is not installed`,
    hint: `install ${name}`,
  });
}

/** Which bundle a container was created from: a link per id, made before the container and removed after it. */
interface BundleLinks {
  add(id: string, bundle: string): void;
  find(id: string): string | undefined;
  remove(id: string): void;
}

function bundleLinks(folder: string): BundleLinks {
  const link = (id: string) => join(folder, id);
  const remove = (id: string) => rmSync(link(id), { force: true });
  return {
    add(id, bundle) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      remove(id);
      symlinkSync(bundle, link(id));
    },
    find(id) {
      try {
        return readlinkSync(link(id));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove,
  };
}

async function create(
  tools: Tools,
  { request, bundles }: { readonly request: CreateRequest; readonly bundles: BundleLinks },
) {
  mkdirSync(tools.runtimeRoot, { recursive: true, mode: 0o700 });
  bundles.add(request.id, request.bundle);
  try {
    const key = await reuseFilter(tools, request.bundle);
    const created = await createContainer(tools, request);
    await keepFilter(tools, { id: request.id, key });
    return created;
  } catch (error) {
    await remove(tools, { id: request.id, bundles });
    throw error;
  }
}

async function start(tools: Tools, id: string, name: string): Promise<void> {
  const { status, stderr } = await tools.exec.complete({
    argv: [tools.runtime, '--root', tools.runtimeRoot, 'start', id],
  });
  if (status !== 0) throw runtimeFailure({ words: stderr, container: name, otherwise: 'START_FAILED' });
}

async function kill(
  tools: Tools,
  { id, signal, all }: { readonly id: string; readonly signal: number; readonly all: boolean },
): Promise<void> {
  if (!isKnown(tools, id)) return;
  const { status, stderr } = await tools.exec.complete({
    argv: [
      ...([tools.runtime, '--root', tools.runtimeRoot, 'kill'] as const),
      ...(all ? ['--all'] : []),
      id,
      String(signal),
    ],
  });
  if (status === 0) return;
  const state = await containerStatus(tools, id);
  if (state === undefined || state === 'stopped') return;
  throw runtimeFailure({ words: stderr, container: id, otherwise: 'KILL_FAILED' });
}

async function remove(
  tools: Tools,
  { id, bundles }: { readonly id: string; readonly bundles: BundleLinks },
): Promise<void> {
  if (isKnown(tools, id)) {
    const { status, stderr } = await tools.exec.complete({
      argv: [tools.runtime, '--root', tools.runtimeRoot, 'delete', '--force', id],
    });
    if (status !== 0 && isKnown(tools, id)) {
      throw runtimeFailure({ words: stderr, container: id, otherwise: 'DELETE_FAILED' });
    }
  }
  bundles.remove(id);
}

/** A container without conmon has nobody to tell how it ends: it is killed, and counts as such. */
async function orphaned(tools: Tools, { id }: ExitWait): Promise<ExitRecord> {
  await kill(tools, { id, signal: SIGKILL, all: true });
  return { exitCode: KILLED, finishedAt: new Date().toISOString(), oomKilled: false };
}

async function enter(
  tools: Tools,
  { request, bundles }: { readonly request: ExecRequest; readonly bundles: BundleLinks },
): Promise<number> {
  const bundle = bundles.find(request.id);
  if (bundle === undefined || readExit({ id: request.id, bundle })) {
    throw new RuntimeError({ code: 'NOT_RUNNING', message: `container ${request.id} is not running` });
  }
  return execute(tools, { request, bundle });
}

function reopenLog(bundle: string): void {
  const control = openControl(join(bundle, CONTROL));
  if (control === undefined) return;
  try {
    writeSync(control, REOPEN_LOG);
  } finally {
    closeSync(control);
  }
}

/** Undefined when nobody reads it any more: the container has ended, and its log with it. */
function openControl(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
