import type { Reference } from '../values/reference.ts';
import { isShortName, parseReference } from '../values/reference.ts';
import { type ConfigFile, readSettings, type Settings } from './settings.ts';

/** One place that images of a prefix can be pulled from. */
export interface RegistryLocation {
  /** `host[:port]` and, where the prefix is replaced by more than a host, a path. */
  readonly location: string;
  readonly insecure: boolean;
  /** Which pulls a mirror serves. */
  readonly pullFrom: 'all' | 'digest-only' | 'tag-only';
}

/** A [[registry]] table: what is done with images whose name begins with `prefix`. */
export interface RegistryRule extends RegistryLocation {
  readonly prefix: string;
  readonly blocked: boolean;
  readonly mirrors: readonly RegistryLocation[];
}

/** What registries.conf(5) and its drop-ins say. */
export interface RegistriesSettings {
  readonly searchRegistries: readonly string[];
  /** Short names to full ones. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly rules: readonly RegistryRule[];
}

/** One try of a pull: where to ask, and for what. */
export interface PullSource {
  readonly reference: Reference;
  readonly insecure: boolean;
  readonly mirror: boolean;
}

/** Reads registries.conf files, the weightiest last: lists replace earlier ones, rules and aliases those of the same name. Throws ConfigError. */
export function readRegistriesSettings(files: readonly ConfigFile[]): RegistriesSettings {
  const empty: RegistriesSettings = { searchRegistries: [], aliases: {}, rules: [] };
  return files.reduce((before, file) => {
    const settings = readSettings(file);
    const rules = [...settings.tables('registry').map(readRule), ...readFirstFormat(settings)];
    const prefixes = new Set(rules.map(({ prefix }) => prefix));
    const aliases = settings.entries('aliases').map(([name, value]) => [name, value.own.string()] as const);
    return {
      searchRegistries:
        settings.strings('unqualified-search-registries') ??
        settings.strings('registries.search.registries') ??
        before.searchRegistries,
      aliases: Object.fromEntries(
        [...Object.entries(before.aliases), ...aliases].filter(([, target]) => target !== ''),
      ),
      rules: [...before.rules.filter(({ prefix }) => !prefixes.has(prefix)), ...rules],
    };
  }, empty);
}

/**
 * The full names that a name may mean in a registry, in the order to try: itself if it names a registry, else its
 * alias, else the search registries, else docker.io. Throws ValueError BAD_REFERENCE.
 */
export function remoteNames(name: string, settings: RegistriesSettings): readonly Reference[] {
  const parsed = parseReference(name);
  if (!isShortName(name)) return [parsed];
  const { tag, digest } = parsed;
  const written = parsed.repository.replace(/^library\//, '');
  const key = name.startsWith('library/') ? `library/${written}` : written;
  const withVersion = (target: string): Reference => ({
    ...parseReference(target),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  });
  const alias = Object.hasOwn(settings.aliases, key) ? settings.aliases[key] : undefined;
  if (alias !== undefined) return [withVersion(alias)];
  if (settings.searchRegistries.length === 0) return [parsed];
  return settings.searchRegistries.map((registry) => withVersion(`${registry}/${key}`));
}

/**
 * Where to pull a reference from, mirrors first, by the rule with the longest prefix. Empty if the rule blocks it.
 * Throws ValueError BAD_REFERENCE when a location makes no valid name.
 */
export function pullSources(reference: Reference, settings: RegistriesSettings): readonly PullSource[] {
  const { rule, matched } = ruleFor(reference, settings);
  if (rule === undefined) return [{ reference, insecure: false, mirror: false }];
  if (rule.blocked) return [];
  const byDigest = reference.digest !== undefined;
  const mirrors = rule.mirrors.filter(
    ({ pullFrom }) => pullFrom === 'all' || (pullFrom === 'digest-only') === byDigest,
  );
  return [...mirrors, rule].map((place) => ({
    reference: relocate(reference, { matched, location: place.location }),
    insecure: place.insecure,
    mirror: place !== rule,
  }));
}

function ruleFor(
  reference: Reference,
  { rules }: RegistriesSettings,
): { rule?: RegistryRule; matched: string } {
  const name = `${reference.registry}/${reference.repository}`;
  const matches = rules
    .map((rule) => ({ rule, matched: matchPrefix(name, rule.prefix) }))
    .filter((match): match is { rule: RegistryRule; matched: string } => match.matched !== undefined)
    .sort((one, other) => other.rule.prefix.length - one.rule.prefix.length);
  return matches[0] ?? { matched: '' };
}

/** The part of `name` that the prefix covers: whole path parts only; `*.example.com` covers the host. */
function matchPrefix(name: string, prefix: string): string | undefined {
  if (prefix.startsWith('*.')) {
    const host = name.slice(0, name.indexOf('/'));
    return host.endsWith(prefix.slice(1)) ? host : undefined;
  }
  return name === prefix || name.startsWith(`${prefix}/`) ? prefix : undefined;
}

function relocate(reference: Reference, place: { matched: string; location: string }): Reference {
  if (place.location === '') return reference;
  const rest = `${reference.registry}/${reference.repository}`.slice(place.matched.length);
  const { registry, repository } = parseReference(`${place.location}${rest}`);
  return { ...reference, registry, repository };
}

function readRule(settings: Settings): RegistryRule {
  const location = settings.string('location') ?? '';
  const prefix = settings.string('prefix') || location;
  if (prefix === '') throw settings.invalid('prefix', 'is missing, and location too');
  if (location === '' && !prefix.startsWith('*.')) throw settings.invalid('location', 'is missing');
  const digestOnly = settings.boolean('mirror-by-digest-only') ?? false;
  return {
    prefix: trimSlash(prefix),
    location: trimSlash(location),
    insecure: settings.boolean('insecure') ?? false,
    blocked: settings.boolean('blocked') ?? false,
    pullFrom: 'all',
    mirrors: settings.tables('mirror').map((mirror) => readMirror(mirror, digestOnly)),
  };
}

function readMirror(settings: Settings, digestOnly: boolean): RegistryLocation {
  const location = settings.string('location') ?? '';
  if (location === '') throw settings.invalid('location', 'is missing');
  const pullFrom = settings.string('pull-from-mirror') || (digestOnly ? 'digest-only' : 'all');
  if (pullFrom !== 'all' && pullFrom !== 'digest-only' && pullFrom !== 'tag-only') {
    throw settings.invalid('pull-from-mirror', 'is not all, digest-only or tag-only');
  }
  return { location: trimSlash(location), insecure: settings.boolean('insecure') ?? false, pullFrom };
}

/** Rules of the first format of the file, `[registries.insecure]` and `[registries.block]`. */
function readFirstFormat(settings: Settings): readonly RegistryRule[] {
  const insecure = settings.strings('registries.insecure.registries') ?? [];
  const blocked = settings.strings('registries.block.registries') ?? [];
  return [...new Set([...insecure, ...blocked])].map((location) => ({
    prefix: location,
    location,
    insecure: insecure.includes(location),
    blocked: blocked.includes(location),
    pullFrom: 'all',
    mirrors: [],
  }));
}

function trimSlash(text: string): string {
  return text.replace(/\/+$/, '');
}
