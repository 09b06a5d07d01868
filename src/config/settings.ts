import { ConfigError } from '../errors/config-error.ts';
import { parseToml, type TomlTable, type TomlValue } from './toml.ts';

/** A configuration file's name, for messages, and its text. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** Settings of one file by dotted path. Each reader gives undefined where the setting is absent and throws ConfigError CONFIG_INVALID where it has another type. */
export interface Settings {
  string(path: string): string | undefined;
  number(path: string): number | undefined;
  boolean(path: string): boolean | undefined;
  /** A list of strings. With `{append = true}` among its items it goes on after `before`, as containers.conf has it. */
  strings(path: string, before?: readonly string[]): readonly string[] | undefined;
  /** The entries of a table. */
  entries(path: string): readonly (readonly [key: string, settings: Settings])[];
  /** The members of an array of tables. */
  tables(path: string): readonly Settings[];
  /** The value itself, at an entry of a table, as a string or a list of strings. */
  readonly own: { string(): string; strings(): readonly string[] };
  /** The error for a setting that cannot be used. */
  invalid(path: string, reason: string): ConfigError;
}

/** Parses a file. Throws ConfigError CONFIG_SYNTAX. */
export function readSettings({ path, text }: ConfigFile): Settings {
  return settingsOf(parseToml(text, path), { file: path, prefix: '' });
}

interface Place {
  readonly file: string;
  readonly prefix: string;
}

function settingsOf(value: TomlValue, place: Place): Settings {
  const find = (path: string) => descend(value, path);
  const invalid = (path: string, reason: string) => failure(place, { path, reason });
  const typed =
    <T extends TomlValue>(type: string, noun: string) =>
    (path: string) => {
      const found = find(path);
      if (found !== undefined && typeof found !== type) throw invalid(path, `is not ${noun}`);
      return found as T | undefined;
    };
  return {
    string: typed<string>('string', 'a string'),
    number: typed<number>('number', 'a number'),
    boolean: typed<boolean>('boolean', 'true or false'),
    strings: (path, before = []) =>
      stringList(find(path), { before, invalid: (reason) => invalid(path, reason) }),
    entries: (path) => {
      const found = find(path) ?? {};
      if (!isTable(found)) throw invalid(path, 'is not a table');
      return Object.entries(found).map(([key, inner]) => [
        key,
        settingsOf(inner, { ...place, prefix: `${place.prefix}${path}.${key}` }),
      ]);
    },
    tables: (path) => {
      const found = find(path) ?? [];
      if (!Array.isArray(found) || !found.every(isTable)) throw invalid(path, 'is not a list of tables');
      return found.map((inner, index) =>
        settingsOf(inner, { ...place, prefix: `${place.prefix}${path}[${index}].` }),
      );
    },
    own: {
      string: () => {
        if (typeof value !== 'string') throw invalid('', 'is not a string');
        return value;
      },
      strings: () => stringList(value, { before: [], invalid: (reason) => invalid('', reason) }) ?? [],
    },
    invalid,
  };
}

function stringList(
  value: TomlValue | undefined,
  context: { readonly before: readonly string[]; readonly invalid: (reason: string) => ConfigError },
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw context.invalid('is not a list of strings');
  const attributes = value.filter(isTable);
  const items = value.filter((item) => !isTable(item));
  if (!items.every((item) => typeof item === 'string')) throw context.invalid('is not a list of strings');
  return attributes.some((attribute) => attribute['append'] === true) ? [...context.before, ...items] : items;
}

function descend(value: TomlValue, path: string): TomlValue | undefined {
  let current: TomlValue | undefined = value;
  for (const key of path.split('.')) {
    if (current === undefined || !isTable(current)) return undefined;
    current = current[key];
  }
  return current;
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}

function failure({ file, prefix }: Place, { path, reason }: { path: string; reason: string }): ConfigError {
  return new ConfigError({ code: 'CONFIG_INVALID', message: `${file}: ${prefix}${path} ${reason}` });
}
