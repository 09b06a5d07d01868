import { accessSync, constants, realpathSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ConfigFiles } from '../config/config.ts';
import type { ConfigFile } from '../config/settings.ts';
import { HostError } from '../errors/host-error.ts';

interface User {
  readonly uid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the configuration files that Podman, Buildah and Skopeo read for this user, in their order; those that do not
 * exist are left out, unless the environment names them. Throws HostError FILE_UNREADABLE.
 */
export async function readConfigFiles({ uid, env }: User): Promise<ConfigFiles> {
  const home = env['XDG_CONFIG_HOME'] || `${env['HOME'] ?? ''}/.config`;
  const own = uid === 0 || isClosed(home) ? [] : [`${home}/containers`];
  const [storage, containers, registries] = await Promise.all([
    readStorage(env, own),
    readContainers(env, own),
    readRegistries(env, own),
  ]);
  return { ...(storage === undefined ? {} : { storage }), containers, registries };
}

/** Whether another user's folder, as `su` and `setpriv` leave it in HOME, keeps us out: then it is not our own. */
function isClosed(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK);
    return false;
  } catch (error) {
    return isDenied(error);
  }
}

/** The path without symbolic links; parts that do not exist, or that we may not look at, stay as they are. */
export function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!(isMissing(error) || isDenied(error)) || dirname(path) === path) throw unreadable(path, error);
    return join(realpath(dirname(path)), basename(path));
  }
}

async function readStorage(env: User['env'], own: readonly string[]): Promise<ConfigFile | undefined> {
  const named = env['CONTAINERS_STORAGE_CONF'];
  if (named) return required(named);
  for (const dir of [...own, '/etc/containers', '/usr/share/containers']) {
    const file = await optional(`${dir}/storage.conf`);
    if (file !== undefined) return file;
  }
  return undefined;
}

async function readContainers(env: User['env'], own: readonly string[]): Promise<readonly ConfigFile[]> {
  const override = env['CONTAINERS_CONF_OVERRIDE'] ? [await required(env['CONTAINERS_CONF_OVERRIDE'])] : [];
  if (env['CONTAINERS_CONF']) return [await required(env['CONTAINERS_CONF']), ...override];
  const base = await optional('/usr/share/containers/containers.conf');
  const layers = await Promise.all(
    ['/etc/containers', ...own].map((dir) => withDropIns(`${dir}/containers.conf`)),
  );
  return [...(base === undefined ? [] : [base]), ...layers.flat(), ...override];
}

async function readRegistries(env: User['env'], own: readonly string[]): Promise<readonly ConfigFile[]> {
  const named = env['CONTAINERS_REGISTRIES_CONF'];
  if (named) return [await required(named)];
  const [etc = [], ...others] = await Promise.all(
    ['/etc/containers', ...own].map((dir) => withDropIns(`${dir}/registries.conf`)),
  );
  return [...etc, ...others.flat()];
}

/** The file, then the `*.conf` files of the folder `<file>.d` by name. */
async function withDropIns(path: string): Promise<readonly ConfigFile[]> {
  const names = await readdir(`${path}.d`).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw unreadable(`${path}.d`, error);
  });
  const paths = names.filter((name) => name.endsWith('.conf')).sort();
  const files = await Promise.all([path, ...paths.map((name) => `${path}.d/${name}`)].map(optional));
  return files.filter((file) => file !== undefined);
}

async function optional(path: string): Promise<ConfigFile | undefined> {
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

async function required(path: string): Promise<ConfigFile> {
  const file = await optional(path);
  if (file === undefined) throw unreadable(path, new Error('there is no such file'));
  return file;
}

function isDenied(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EACCES';
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(path: string, cause: unknown): HostError {
  return new HostError({
    code: 'FILE_UNREADABLE',
    message: `${path} cannot be read: ${(cause as Error).message}`,
    cause,
  });
}
