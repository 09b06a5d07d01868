import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type ConfigFlags, createConfig } from './config/config.ts';
import type { Drivers } from './contracts/drivers.ts';
import type { HostFacts } from './contracts/host-facts.ts';
import type { Images } from './contracts/images.ts';
import type { Network } from './contracts/network.ts';
import type { ObservedPod } from './contracts/observed.ts';
import type { Processes } from './contracts/processes.ts';
import type { Registry } from './contracts/registry.ts';
import type { Rootfs } from './contracts/rootfs.ts';
import type { Step } from './contracts/steps.ts';
import type { Volumes } from './contracts/volumes.ts';
import { PodError } from './errors/pod-error.ts';
import { apparmorProfile } from './host/apparmor-profile.ts';
import { createCgroups } from './host/cgroups.ts';
import { clock } from './host/clock.ts';
import { readConfigFiles, realpath } from './host/config-files.ts';
import { hostDevices } from './host/devices.ts';
import { exec } from './host/exec.ts';
import { readHostFacts } from './host/facts.ts';
import { faultPoint } from './host/fault.ts';
import { withLock } from './host/lock.ts';
import { lockRank } from './host/lock-rank.ts';
import { namespaces } from './host/namespaces.ts';
import { installFolder } from './host/native.ts';
import { allProcesses, identify, isAlive, kill } from './host/process.ts';
import { readProcessState } from './host/process-state.ts';
import { requireRoot } from './host/root.ts';
import { seccompProfile } from './host/seccomp-profile.ts';
import { users } from './host/users.ts';
import { createLogs } from './logs/create-logs.ts';
import { observePods } from './pods/observe.ts';
import { endOrphans, orphansOf } from './pods/orphans.ts';
import { isHalfMade, sweep } from './pods/sweep.ts';
import { createRuntime } from './runtime/create-runtime.ts';
import { createSandboxes } from './runtime/sandboxes.ts';
import { createStore } from './state/create-store.ts';

export interface EngineOptions {
  readonly flags: ConfigFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly uid: number;
}

/** Drivers that looking at pods takes; building them reads no host facts. */
export type Observers = Pick<Drivers, 'store' | 'runtime' | 'processes' | 'sandboxes' | 'clock' | 'logs'>;

/** The real drivers of one store, and what they were built from. Parts that are dear to load are loaded at first use. */
export interface Engine {
  readonly config: Config;
  readonly observers: Observers;
  readonly images: Images;
  readonly network: Network;
  readonly volumes: Volumes;
  facts(): Promise<HostFacts>;
  /** The text behind an http or https URL. Throws RegistryError, UsageError BAD_ARGUMENT. */
  download(url: string): Promise<string>;
  /**
   * All drivers, for verbs that change something: finishes first what commands that died left half-done.
   * Throws HostError NOT_ROOT.
   */
  drivers(): Promise<Drivers>;
  /** All drivers without that tidying, for looking at what there is to tidy. Throws HostError NOT_ROOT. */
  untidied(): Promise<Drivers>;
  /** Every pod as it is now, after the same tidying when there is something to tidy. */
  observe(): Promise<readonly ObservedPod[]>;
}

/** Reads the configuration and builds an engine. Starts nothing and changes nothing on disk. */
export async function createEngine({ flags, env, cwd, uid }: EngineOptions): Promise<Engine> {
  const config = createConfig({ files: await readConfigFiles({ uid, env }), env, flags, uid, cwd, realpath });
  const parts = assemble(config);
  let tidied: Promise<Drivers> | undefined;
  const drivers = () => {
    tidied ??= tidy(parts);
    return tidied;
  };
  return {
    config,
    ...parts,
    drivers,
    async untidied() {
      requireRoot();
      return parts.complete();
    },
    async observe() {
      const pods = await observePods(parts.observers);
      const untidy =
        pods.some(({ record }) => isHalfMade(record)) ||
        orphansOf(pods).length > 0 ||
        (await parts.observers.store.journals.any());
      if (!untidy || uid !== 0) return pods;
      try {
        await endOrphans(await drivers(), pods);
      } catch (error) {
        // Looking works where tidying does not, such as on a read-only disk.
        if (!(error instanceof PodError)) throw error;
        return pods;
      }
      return observePods(parts.observers);
    },
  };
}

type Parts = Omit<Engine, 'config' | 'drivers' | 'untidied' | 'observe'> & { complete(): Promise<Drivers> };

async function tidy({ complete }: Parts): Promise<Drivers> {
  requireRoot();
  const drivers = await complete();
  await sweep(drivers);
  await mendNetwork(drivers);
  return drivers;
}

/**
 * Somebody may have emptied the tables that publish the ports of pods that run. Where they cannot be made again, such
 * as without nft, a verb that needs them says so itself, and all others go on.
 */
async function mendNetwork({ network }: Drivers): Promise<void> {
  if ((await network.attached()).length === 0) return;
  try {
    await network.ensure();
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
  }
}

/** A runtime that was asked for by name lies where containers.conf says, or where programs usually do. */
function runtimePath(name: string, { runtime }: Config): string {
  return runtime.paths[name]?.find((path) => existsSync(path)) ?? name;
}

const processes: Processes = {
  startTime: (pid) => identify(pid)?.start,
  alive: (pid, startTime) => startTime !== undefined && isAlive({ pid, start: startTime }),
  all: allProcesses,
  kill(pid, startTime, signal) {
    if (startTime !== undefined) kill({ pid, start: startTime }, signal);
  },
  state: readProcessState,
};

function assemble(config: Config): Parts {
  const { paths } = config;
  let known: Promise<HostFacts> | undefined;
  const facts = () => {
    known ??= readHostFacts();
    return known;
  };
  const cgroups = async () =>
    createCgroups({
      parent: config.cgroup.parent,
      facts: (await facts()).cgroup,
      exec,
      ...(config.cgroup.manager === undefined ? {} : { manager: config.cgroup.manager }),
    });
  const observers: Observers = {
    store: createStore({ folder: paths.state, runFolder: paths.run, processes }),
    processes,
    clock,
    logs: createLogs(),
    runtime: createRuntime({
      exec,
      folder: join(paths.run, 'runtime'),
      hostCapabilities: async () => (await facts()).capabilities,
      enterCgroup: async (path, pid) => (await cgroups()).enter(path, pid),
      ...(config.runtime.name === undefined ? {} : { runtime: runtimePath(config.runtime.name, config) }),
      conmon: conmonOf(config),
    }),
    sandboxes: sandboxesOf(config),
  };
  const images = lazily(() => loadImages(config, facts));
  const rootfs = lazily(() => loadRootfs(config));
  const network = lazily(() => loadNetwork(config, facts));
  const volumes = lazily(() => loadVolumes(config));
  return {
    observers,
    images,
    network,
    volumes,
    facts,
    async download(url) {
      const { download } = await import('./registry/download.ts');
      return download(url, config);
    },
    async complete() {
      return {
        ...observers,
        images,
        rootfs,
        network,
        volumes,
        namespaces,
        users,
        facts,
        cgroups: await cgroups(),
        seccompProfile: async (localhost) => seccompProfile(localhost),
        apparmorProfile: (asked) => apparmorProfile(exec, asked),
        hostDevices,
        ulimits: config.containers.ulimits,
        step: (name: Step) => faultPoint(name),
      };
    },
  };
}

/** The first conmon that is there. One that was asked for is never replaced by another. */
function conmonOf({ runtime: { conmonPaths } }: Config): string {
  const [first = 'conmon', ...others] = conmonPaths;
  return conmonPaths.find((path) => existsSync(path)) ?? (others.length === 0 ? first : 'conmon');
}

function sandboxesOf({ paths }: Config) {
  return createSandboxes({
    stateFolder: paths.state,
    runFolder: paths.run,
    netnsFolder: '/run/netns',
    storeId: paths.storeId ?? '',
    programs: join(installFolder(), 'build'),
    hostFiles: {
      hosts: '/etc/hosts',
      resolvConf: '/etc/resolv.conf',
      upstreamResolvConf: '/run/systemd/resolve/resolv.conf',
    },
  });
}

type Facts = () => Promise<HostFacts>;

async function loadNetwork({ paths, network }: Config, facts: Facts): Promise<Network> {
  const { createNetwork } = await import('./network/create-network.ts');
  return createNetwork({
    exec,
    facts,
    exclusive: (act) =>
      withLock(
        { path: join(paths.state, 'locks', 'network'), mode: 'exclusive', rank: lockRank.network },
        act,
      ),
    configFolders: [network.configDir],
    pluginFolders: network.pluginDirs,
    folder: join(paths.state, 'network'),
    ...(paths.storeId === undefined ? {} : { storeId: paths.storeId }),
  });
}

async function loadVolumes({ paths }: Config): Promise<Volumes> {
  const { createVolumes } = await import('./volumes/create-volumes.ts');
  return createVolumes({ stateFolder: paths.state, runFolder: paths.run });
}

async function loadImages(config: Config, facts: Facts): Promise<Images> {
  const { paths, registries } = config;
  const [{ createImages }, { createImageStore }, { architecture }] = await Promise.all([
    import('./images/create-images.ts'),
    import('./storage/create-image-store.ts'),
    facts(),
  ]);
  const images = createImages({
    store: createImageStore({ root: paths.graphRoot, runroot: paths.runRoot, stateFolder: paths.state }),
    registry: lazily(() => loadRegistry(config)),
    registries,
    platform: { os: 'linux', architecture },
    temporaryFolder: paths.state,
  });
  return {
    ...images,
    pull: asRoot(images.pull),
    load: asRoot(images.load),
    import: asRoot(images.import),
    tag: asRoot(images.tag),
    remove: asRoot(images.remove),
  };
}

/** A verb that changes the store, which takes root: layers keep their owners. */
function asRoot<A extends readonly unknown[], R>(
  verb: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    requireRoot();
    return verb(...args);
  };
}

async function loadRegistry(config: Config): Promise<Registry> {
  const { createRegistry } = await import('./registry/registry.ts');
  return createRegistry({ config });
}

async function loadRootfs({ paths }: Config): Promise<Rootfs> {
  const { createRootfs } = await import('./storage/create-rootfs.ts');
  return createRootfs({
    root: paths.graphRoot,
    runroot: paths.runRoot,
    stateFolder: paths.state,
    runFolder: paths.run,
    storeId: paths.storeId ?? '',
  });
}

/** An interface all of whose members are methods that return promises. */
type Asynchronous<T> = { [Key in keyof T]: (...args: never[]) => Promise<unknown> };

/**
 * An object whose real self is loaded when one of its methods is first called. It can stand in only where every
 * method returns a promise.
 */
function lazily<T extends Asynchronous<T>>(load: () => Promise<T>): T {
  let loaded: Promise<T> | undefined;
  const call = async (name: keyof T, args: readonly unknown[]) => {
    loaded ??= load();
    const real = await loaded;
    return Reflect.apply(real[name] as unknown as (...args: unknown[]) => Promise<unknown>, real, args);
  };
  return new Proxy({} as T, {
    // A promise asks for `then` to see whether it was given another promise.
    get: (_target, name) =>
      name === 'then' ? undefined : (...args: unknown[]) => call(name as keyof T, args),
  });
}
