import { join } from 'node:path';
import { NetworkError } from '../errors/network-error.ts';
import { listFolder, readFile } from '../host/files.ts';
import { isRecord } from './is-record.ts';

/** One plugin's part of a network. Unknown keys are passed on to the plugin as they are. */
export interface PluginConfiguration {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly [key: string]: unknown;
}

/** A CNI network configuration list (specification 1.0, section 1). */
export interface NetworkConfiguration {
  readonly name: string;
  /** The versions of the specification that it is written for. */
  readonly versions: readonly string[];
  readonly plugins: readonly [PluginConfiguration, ...PluginConfiguration[]];
}

/** What the configuration folders hold: networks by their files' order, and files that are no network. */
export interface ConfiguredNetworks {
  readonly networks: readonly NetworkConfiguration[];
  readonly faults: readonly NetworkError[];
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const typePattern = /^[^/\\\0]+$/;

/**
 * Reads the networks of the folders, in the order of folders and file names; the first of a name counts.
 * A broken file is a fault that does not hide the other networks.
 */
export function readNetworks(folders: readonly string[]): ConfiguredNetworks {
  const networks = new Map<string, NetworkConfiguration>();
  const faults: NetworkError[] = [];
  for (const path of folders.flatMap(configurationFiles)) {
    try {
      const network = parseNetwork(readFile(path)?.toString('utf8') ?? '', path);
      if (!networks.has(network.name)) networks.set(network.name, network);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      faults.push(error);
    }
  }
  return { networks: [...networks.values()], faults };
}

function configurationFiles(folder: string): readonly string[] {
  return listFolder(folder)
    .filter((name) => /\.(conf|conflist|json)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Reads a configuration list, or a single plugin's configuration of specifications before 1.0, which becomes a
 * list of one. Throws NetworkError NETWORK_INVALID naming the file.
 */
export function parseNetwork(text: string, file: string): NetworkConfiguration {
  const json = parseJson(text, file);
  if (!isRecord(json)) throw invalid(file, 'it is no JSON object');
  const { name } = json;
  if (typeof name !== 'string' || !namePattern.test(name)) {
    throw invalid(file, '"name" is not a name of letters, digits, ".", "_" and "-"');
  }
  const [first, ...rest] = ('plugins' in json ? pluginList(json['plugins'], file) : [json]).map((plugin) =>
    checkedPlugin(plugin, file),
  );
  if (first === undefined) throw invalid(file, '"plugins" is empty');
  return { name, versions: declaredVersions(json), plugins: [first, ...rest] };
}

function pluginList(plugins: unknown, file: string): readonly unknown[] {
  if (!Array.isArray(plugins)) throw invalid(file, '"plugins" is no list');
  return plugins;
}

function checkedPlugin(plugin: unknown, file: string): PluginConfiguration {
  if (!isRecord(plugin)) throw invalid(file, 'a plugin is no JSON object');
  const { type, capabilities } = plugin;
  if (typeof type !== 'string' || !typePattern.test(type)) {
    throw invalid(file, 'a plugin has no "type" that is a program name');
  }
  if (capabilities !== undefined && !isRecord(capabilities)) {
    throw invalid(file, `the "capabilities" of plugin ${type} are no JSON object`);
  }
  return { ...plugin, type };
}

/** Without a version a configuration is of specification 0.1.0, which had no such field. */
function declaredVersions({ cniVersion, cniVersions }: Readonly<Record<string, unknown>>): readonly string[] {
  const list = Array.isArray(cniVersions) ? cniVersions : [];
  const versions = [cniVersion, ...list].filter((version) => typeof version === 'string' && version !== '');
  return versions.length > 0 ? [...new Set(versions as string[])] : ['0.1.0'];
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(file, 'it is no JSON', cause);
  }
}

function invalid(file: string, reason: string, cause?: unknown): NetworkError {
  return new NetworkError({
    code: 'NETWORK_INVALID',
    message: `${file} is no CNI network configuration: ${reason}`,
    hint: 'correct the file or move it out of the folder',
    cause,
  });
}
