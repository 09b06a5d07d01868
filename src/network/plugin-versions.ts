import { dirname } from 'node:path';
import { ensureFolder, readJson, replaceFile } from '../host/files.ts';
import { isRecord } from './is-record.ts';
import { PluginFailure, type Plugins } from './plugins.ts';

/** The versions of the CNI specification that a plugin supports. Throws NetworkError PLUGIN_MISSING. */
export type PluginVersions = (type: string) => Promise<readonly string[]>;

/** What plugins answered, by their paths. `stamp` tells whether it is still the same file. */
interface VersionRecord {
  readonly format: 1;
  readonly plugins: Readonly<
    Record<string, { readonly stamp: string; readonly versions: readonly string[] }>
  >;
}

/** Asks each plugin once: its answer is kept in `file` for as long as the plugin's own file stays the same. */
export function createPluginVersions({
  plugins,
  file,
}: {
  readonly plugins: Plugins;
  readonly file: string;
}): PluginVersions {
  const asked = new Map<string, Promise<readonly string[]>>();

  async function find(type: string): Promise<readonly string[]> {
    const { path, stamp } = plugins.identity(type);
    const known = readRecord(file).plugins[path];
    if (known?.stamp === stamp) return known.versions;
    const versions = await ask(type, plugins);
    const record: VersionRecord = {
      format: 1,
      plugins: { ...readRecord(file).plugins, [path]: { stamp, versions } },
    };
    ensureFolder(dirname(file));
    await replaceFile(file, JSON.stringify(record));
    return versions;
  }

  return (type) => {
    const answer = asked.get(type) ?? find(type);
    asked.set(type, answer);
    return answer;
  };
}

/** A record of another format is only asked for anew. */
function readRecord(file: string): VersionRecord {
  const json = readJson(file) as VersionRecord | undefined;
  return json?.format === 1 ? json : { format: 1, plugins: {} };
}

async function ask(type: string, plugins: Plugins): Promise<readonly string[]> {
  try {
    const answer = await plugins.invoke({ type, command: 'VERSION', request: { cniVersion: '1.0.0' } });
    const versions = isRecord(answer) ? answer['supportedVersions'] : undefined;
    return Array.isArray(versions) ? versions.filter((version) => typeof version === 'string') : [];
  } catch (error) {
    // Plugins older than the VERSION command know only the first specification.
    if (error instanceof PluginFailure) return ['0.1.0'];
    throw error;
  }
}
