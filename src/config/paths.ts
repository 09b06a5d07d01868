import { createHash } from 'node:crypto';

/** Where everything of one store lies. All paths are absolute. */
export interface StorePaths {
  /** The containers/storage store: images and layers. */
  readonly graphRoot: string;
  /** Its run-time state. */
  readonly runRoot: string;
  /** Our lasting state. */
  readonly state: string;
  /** Our state of this boot. */
  readonly run: string;
  /** Eight hex digits that set this store apart from the machine's default store, which has none. */
  readonly storeId?: string;
}

export interface PathSources {
  /** --root and --runroot. */
  readonly root?: string;
  readonly runroot?: string;
  /** What storage.conf says. */
  readonly graphRoot?: string;
  readonly runRoot?: string;
  /** True where storage.conf was named by the environment and so is not the machine's own. */
  readonly foreignFile: boolean;
  readonly defaults: StorePaths;
  /** The path without symbolic links; parts that do not exist stay as they are. */
  readonly realpath: (path: string) => string;
}

/**
 * The store that flags and storage.conf name. The machine's own has its state in the default folders; any other has
 * it in `<root>/pod`, and unless its run root is named as well, a run root of its own below the default one.
 */
export function storePaths(sources: PathSources): StorePaths {
  const { defaults, realpath } = sources;
  const machine = {
    graphRoot: (sources.foreignFile ? undefined : sources.graphRoot) ?? defaults.graphRoot,
    runRoot: (sources.foreignFile ? undefined : sources.runRoot) ?? defaults.runRoot,
  };
  const graphRoot = sources.root ?? sources.graphRoot ?? defaults.graphRoot;
  const real = realpath(graphRoot);
  const isDefault = real === realpath(machine.graphRoot);
  const storeId = createHash('sha256').update(real).digest('hex').slice(0, 8);
  const named =
    sources.runroot ?? (sources.foreignFile && sources.root === undefined ? sources.runRoot : undefined);
  const runRoot = named ?? (isDefault ? machine.runRoot : `${machine.runRoot}/pod-${storeId}`);
  const usesDefaultRun = isDefault && runRoot === machine.runRoot;
  return Object.freeze({
    graphRoot,
    runRoot,
    state: isDefault ? defaults.state : `${graphRoot}/pod`,
    run: usesDefaultRun ? defaults.run : `${runRoot}/pod`,
    ...(isDefault ? {} : { storeId }),
  });
}

/** The folders of the machine's default store for a user, as containers/storage chooses them. */
export function defaultPaths(user: {
  readonly uid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}): StorePaths {
  const { uid, env } = user;
  if (uid === 0) {
    return {
      graphRoot: '/var/lib/containers/storage',
      runRoot: '/run/containers/storage',
      state: '/var/lib/pod',
      run: '/run/pod',
    };
  }
  const data = env['XDG_DATA_HOME'] || `${env['HOME'] ?? ''}/.local/share`;
  const run = env['XDG_RUNTIME_DIR'] || `/run/user/${uid}`;
  return {
    graphRoot: `${data}/containers/storage`,
    runRoot: `${run}/containers`,
    state: `${data}/pod`,
    run: `${run}/pod`,
  };
}
