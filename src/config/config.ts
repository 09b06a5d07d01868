import { isAbsolute, resolve } from 'node:path';
import { ConfigError } from '../errors/config-error.ts';
import { type ContainerDefaults, readContainersSettings } from './containers-settings.ts';
import { defined } from './defined.ts';
import { defaultPaths, type StorePaths, storePaths } from './paths.ts';
import { type Proxies, readProxies } from './proxies.ts';
import { type RegistriesSettings, readRegistriesSettings } from './registries-settings.ts';
import type { ConfigFile } from './settings.ts';
import { checkDriver, readStorageSettings } from './storage-settings.ts';

export type CgroupManager = 'cgroupfs' | 'systemd';

/** Everything that flags, environment and files decide, frozen. All paths are absolute. */
export interface Config {
  readonly paths: StorePaths;
  readonly storage: {
    readonly additionalImageStores: readonly string[];
    /** Options added to each overlay mount. */
    readonly mountOptions: readonly string[];
  };
  readonly runtime: {
    /** The runtime that was asked for, by name or absolute path; undefined leaves the choice to what works here. */
    readonly name?: string;
    /** Where runtimes may lie, best first, by name. */
    readonly paths: Readonly<Record<string, readonly string[]>>;
    readonly conmonPaths: readonly string[];
  };
  readonly cgroup: {
    /** Undefined: systemd's where it runs, else cgroupfs. */
    readonly manager?: CgroupManager;
    /** Name of the cgroup above all pods, `pod`; another store's is `pod-<store id>`. */
    readonly parent: string;
  };
  readonly network: {
    /** Folder of CNI configuration lists. */
    readonly configDir: string;
    readonly pluginDirs: readonly string[];
    /** The network that pods join unless they name one; undefined is pod's own. */
    readonly defaultNetwork?: string;
  };
  /** Folders with programs that are not in PATH. */
  readonly helperDirs: readonly string[];
  readonly hooksDirs: readonly string[];
  /** Seconds between SIGTERM and SIGKILL where a pod does not say. */
  readonly stopTimeout: number;
  readonly containers: ContainerDefaults;
  readonly registries: RegistriesSettings;
  readonly proxies: Proxies;
  readonly certificates: {
    /** certs.d folders, best first. */
    readonly registryDirs: readonly string[];
    /** SSL_CERT_FILE and SSL_CERT_DIR, where set. */
    readonly file?: string;
    readonly dirs?: readonly string[];
  };
}

/** Global flags, as given. */
export interface ConfigFlags {
  readonly root?: string | undefined;
  readonly runroot?: string | undefined;
  readonly runtime?: string | undefined;
  readonly cgroupManager?: string | undefined;
  readonly networkConfigDir?: string | undefined;
  readonly conmon?: string | undefined;
  readonly storageDriver?: string | undefined;
}

/** The files that exist, each list with the weightiest last. */
export interface ConfigFiles {
  readonly storage?: ConfigFile;
  readonly containers: readonly ConfigFile[];
  readonly registries: readonly ConfigFile[];
}

export interface ConfigSources {
  readonly files: ConfigFiles;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: ConfigFlags;
  readonly uid: number;
  /** Working folder, which relative paths of flags start from. */
  readonly cwd: string;
  /** The path without symbolic links; parts that do not exist stay as they are. */
  readonly realpath: (path: string) => string;
}

const binDirs = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/sbin', '/bin'];
const runtimeDirs = [...binDirs, '/run/current-system/sw/bin'];
const libDirs = [
  '/usr/local/libexec/podman',
  '/usr/local/lib/podman',
  '/usr/libexec/podman',
  '/usr/lib/podman',
];
const pluginDirs = [
  '/usr/local/libexec/cni',
  '/usr/libexec/cni',
  '/usr/local/lib/cni',
  '/usr/lib/cni',
  '/opt/cni/bin',
];
const defaultStopTimeout = 10;

/**
 * Decides the configuration: defaults, then files, then environment, then flags. Pure.
 * Throws ConfigError, and StorageError STORE_UNSUPPORTED for a store that is not overlay.
 */
export function createConfig(sources: ConfigSources): Config {
  const { files, env, flags, uid, cwd, realpath } = sources;
  const storage = readStorageSettings(files.storage);
  checkDriver(env['STORAGE_DRIVER'] ?? '', 'STORAGE_DRIVER');
  checkDriver(flags.storageDriver ?? '', '--storage-driver');
  const { containers, engine, network } = readContainersSettings(files.containers);
  const flagPath = (path: string | undefined) => (path ? resolve(cwd, path) : undefined);
  const paths = storePaths({
    ...defined({ root: flagPath(flags.root), runroot: flagPath(flags.runroot) }),
    ...defined({ graphRoot: storage.graphRoot, runRoot: storage.runRoot }),
    foreignFile: Boolean(env['CONTAINERS_STORAGE_CONF']),
    defaults: defaultPaths({ uid, env }),
    realpath,
  });
  const runtimeName = flags.runtime || engine.runtime;
  const conmon = flagPath(flags.conmon);
  const helperDir = env['CONTAINERS_HELPER_BINARY_DIR'];
  return deepFreeze({
    paths,
    storage: { additionalImageStores: storage.additionalImageStores, mountOptions: storage.mountOptions },
    runtime: {
      ...defined({ name: runtimeName?.includes('/') ? resolve(cwd, runtimeName) : runtimeName }),
      paths: { crun: inDirs(runtimeDirs, 'crun'), runc: inDirs(runtimeDirs, 'runc'), ...engine.runtimes },
      conmonPaths: conmon ? [conmon] : (engine.conmonPaths ?? inDirs([...libDirs, ...runtimeDirs], 'conmon')),
    },
    cgroup: {
      ...defined({ manager: cgroupManager(flags.cgroupManager || engine.cgroupManager) }),
      parent: paths.storeId === undefined ? 'pod' : `pod-${paths.storeId}`,
    },
    network: {
      configDir: flagPath(flags.networkConfigDir) ?? network.configDir ?? '/etc/cni/net.d',
      pluginDirs: network.pluginDirs ?? pluginDirs,
      ...defined({ defaultNetwork: network.defaultNetwork }),
    },
    helperDirs: [...(helperDir ? [helperDir] : []), ...(engine.helperDirs ?? libDirs)],
    hooksDirs: engine.hooksDirs,
    stopTimeout: engine.stopTimeout ?? defaultStopTimeout,
    containers,
    registries: readRegistriesSettings(files.registries),
    proxies: readProxies(env),
    certificates: certificates({ env, uid }),
  });
}

function certificates({ env, uid }: Pick<ConfigSources, 'env' | 'uid'>): Config['certificates'] {
  const home = env['XDG_CONFIG_HOME'] || `${env['HOME'] ?? ''}/.config`;
  const own = uid === 0 ? [] : [`${home}/containers/certs.d`];
  const dirs = env['SSL_CERT_DIR']?.split(':').filter(isAbsolute);
  return {
    registryDirs: [...own, '/etc/containers/certs.d', '/etc/docker/certs.d'],
    ...(env['SSL_CERT_FILE'] ? { file: env['SSL_CERT_FILE'] } : {}),
    ...(dirs?.length ? { dirs } : {}),
  };
}

function cgroupManager(name: string | undefined): CgroupManager | undefined {
  if (name === undefined || name === 'cgroupfs' || name === 'systemd') return name;
  throw new ConfigError({
    code: 'CONFIG_INVALID',
    message: `${JSON.stringify(name)} is not a cgroup manager`,
    hint: 'choose cgroupfs or systemd',
  });
}

function inDirs(dirs: readonly string[], name: string): readonly string[] {
  return dirs.map((dir) => `${dir}/${name}`);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
