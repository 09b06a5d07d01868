import { defined } from './defined.ts';
import { type ConfigFile, readSettings, type Settings } from './settings.ts';

/** A default resource limit; -1 is unlimited. `name` is as in `ulimit`: `nofile`, `nproc`. */
export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** Defaults for containers, from the [containers] table of containers.conf(5). Undefined where no file says anything. */
export interface ContainerDefaults {
  readonly ulimits: readonly Ulimit[];
  /** Names such as `CAP_CHOWN`. */
  readonly capabilities?: readonly string[];
  /** `name=value` each. */
  readonly sysctls?: readonly string[];
  /** `NAME=value` each. */
  readonly env: readonly string[];
  readonly httpProxy: boolean;
  readonly pidsLimit?: number;
  /** As written, `64m` for example. */
  readonly shmSize?: string;
  readonly seccompProfile?: string;
  readonly apparmorProfile?: string;
  readonly umask?: string;
  readonly timezone?: string;
  readonly dnsServers: readonly string[];
  readonly dnsSearches: readonly string[];
  readonly dnsOptions: readonly string[];
  /** Bytes after which a log is rotated; -1 or undefined leaves it to pod. */
  readonly logSizeMax?: number;
}

/** What containers.conf files say, later ones over earlier ones. */
export interface ContainersSettings {
  readonly containers: ContainerDefaults;
  readonly engine: {
    readonly runtime?: string;
    /** Where a runtime may lie, best first, by its name. */
    readonly runtimes: Readonly<Record<string, readonly string[]>>;
    readonly conmonPaths?: readonly string[];
    readonly cgroupManager?: string;
    readonly helperDirs?: readonly string[];
    readonly hooksDirs: readonly string[];
    /** Seconds between SIGTERM and SIGKILL. */
    readonly stopTimeout?: number;
  };
  readonly network: {
    readonly configDir?: string;
    readonly pluginDirs?: readonly string[];
    readonly defaultNetwork?: string;
  };
}

const empty: ContainersSettings = {
  containers: { ulimits: [], env: [], httpProxy: true, dnsServers: [], dnsSearches: [], dnsOptions: [] },
  engine: { runtimes: {}, hooksDirs: [] },
  network: {},
};

/** Reads containers.conf files, the weightiest last. Throws ConfigError. */
export function readContainersSettings(files: readonly ConfigFile[]): ContainersSettings {
  return files.reduce((before, file) => readFile(readSettings(file), before), empty);
}

function readFile(settings: Settings, before: ContainersSettings): ContainersSettings {
  const runtimes = settings
    .entries('engine.runtimes')
    .map(([name, paths]) => [name, paths.own.strings()] as const);
  return {
    containers: readContainers(settings, before.containers),
    engine: {
      ...before.engine,
      ...defined({
        runtime: settings.string('engine.runtime') || undefined,
        conmonPaths: settings.strings('engine.conmon_path', before.engine.conmonPaths),
        cgroupManager: settings.string('engine.cgroup_manager') || undefined,
        helperDirs: settings.strings('engine.helper_binaries_dir', before.engine.helperDirs),
        hooksDirs: settings.strings('engine.hooks_dir', before.engine.hooksDirs),
        stopTimeout: settings.number('engine.stop_timeout'),
      }),
      runtimes: { ...before.engine.runtimes, ...Object.fromEntries(runtimes) },
    },
    network: {
      ...before.network,
      ...defined({
        configDir: settings.string('network.network_config_dir') || undefined,
        pluginDirs: settings.strings('network.cni_plugin_dirs', before.network.pluginDirs),
        defaultNetwork: settings.string('network.default_network') || undefined,
      }),
    },
  };
}

function readContainers(settings: Settings, before: ContainerDefaults): ContainerDefaults {
  const list = (name: string, earlier?: readonly string[]) => settings.strings(`containers.${name}`, earlier);
  const text = (name: string) => settings.string(`containers.${name}`) || undefined;
  const capabilities = list('default_capabilities', before.capabilities)?.map(capabilityName);
  const ulimits = list('default_ulimits', before.ulimits.map(formatUlimit))?.map((ulimit) => {
    const parsed = parseUlimit(ulimit);
    if (parsed === undefined)
      throw settings.invalid('containers.default_ulimits', `has ${ulimit}, not name=soft:hard`);
    return parsed;
  });
  return {
    ...before,
    ...defined({
      ulimits,
      capabilities,
      sysctls: list('default_sysctls', before.sysctls),
      env: list('env', before.env),
      httpProxy: settings.boolean('containers.http_proxy'),
      pidsLimit: settings.number('containers.pids_limit'),
      shmSize: text('shm_size'),
      seccompProfile: text('seccomp_profile'),
      apparmorProfile: text('apparmor_profile'),
      umask: text('umask'),
      timezone: text('tz'),
      dnsServers: list('dns_servers', before.dnsServers),
      dnsSearches: list('dns_searches', before.dnsSearches),
      dnsOptions: list('dns_options', before.dnsOptions),
      logSizeMax: settings.number('containers.log_size_max'),
    }),
  };
}

function parseUlimit(text: string): Ulimit | undefined {
  const [, name, soft, hard = soft] = /^([a-z]+)=(-1|[0-9]+)(?::(-1|[0-9]+))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, soft: Number(soft), hard: Number(hard) };
}

function formatUlimit({ name, soft, hard }: Ulimit): string {
  return `${name}=${soft}:${hard}`;
}

function capabilityName(name: string): string {
  const upper = name.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
