import type { PodDNSConfig } from '../kube/wire.ts';

/** The parts of a resolv.conf that pods use. Options are written `name` or `name:value`. */
export interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** What a pod's /etc/resolv.conf is made from. */
export interface ResolvParts {
  /** `ClusterFirst` unless given, as in Kubernetes. */
  readonly policy?: string;
  readonly config?: PodDNSConfig;
  readonly hostNetwork: boolean;
  /** Text of the host's /etc/resolv.conf; empty if there is none. */
  readonly hostFile: string;
  /** Text of /run/systemd/resolve/resolv.conf, which names the servers behind a local stub. */
  readonly upstreamFile?: string;
  /** The resolver of the pod's network, where one runs. Without it ClusterFirst means Default. */
  readonly cluster?: Resolver;
}

/** The text of the file, and what the user should know about it. */
export interface ResolvFile {
  readonly text: string;
  readonly warnings: readonly string[];
}

/** What resolvers read at most: MAXNS and the search limits of glibc, which the kubelet keeps to as well. */
const limits = { nameservers: 3, searches: 32, searchCharacters: 2048 };

/**
 * The text of a pod's /etc/resolv.conf from dnsPolicy and dnsConfig. The host's servers are passed on, but not a
 * stub on a loopback address, which a pod with a network of its own cannot reach: the servers behind it take its place.
 */
export function resolvFile(parts: ResolvParts): ResolvFile {
  const warnings: string[] = [];
  const { nameservers, searches, options } = withConfig(base(parts, warnings), parts.config);
  const search = limitSearches(searches);
  if (nameservers.length > limits.nameservers) {
    warnings.push(`a resolver reads ${limits.nameservers} nameservers: ${rest(nameservers)} left out`);
  }
  if (search.length < searches.length) {
    warnings.push(`the search list is too long: ${searches.slice(search.length).join(' ')} left out`);
  }
  const lines = [
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...nameservers.slice(0, limits.nameservers).map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return { text: lines.map((line) => `${line}\n`).join(''), warnings };
}

function rest(nameservers: readonly string[]): string {
  return nameservers.slice(limits.nameservers).join(' ');
}

function base(
  { policy, hostNetwork, cluster, hostFile, upstreamFile }: ResolvParts,
  warnings: string[],
): Resolver {
  if (policy === 'None') return { nameservers: [], searches: [], options: [] };
  const wantsCluster = policy === 'ClusterFirstWithHostNet' || (policy !== 'Default' && !hostNetwork);
  if (wantsCluster && cluster !== undefined) return cluster;
  const host = parseResolv(hostFile);
  if (hostNetwork || !host.nameservers.some(isLoopback)) return host;
  const behind = upstreamFile === undefined ? [] : parseResolv(upstreamFile).nameservers;
  const nameservers = unique([...host.nameservers, ...behind]).filter((server) => !isLoopback(server));
  if (nameservers.length === 0) {
    warnings.push(
      'the host names only loopback DNS servers, which pods cannot reach: set dnsConfig.nameservers',
    );
  }
  return { ...host, nameservers };
}

/** dnsConfig adds servers and searches after those of the policy; its options replace options of the same name. */
function withConfig(resolver: Resolver, config: PodDNSConfig | undefined): Resolver {
  const added = (config?.options ?? []).map(({ name = '', value }) =>
    value === undefined || value === '' ? name : `${name}:${value}`,
  );
  const replaced = new Set(added.map(optionName));
  return {
    nameservers: unique([...resolver.nameservers, ...(config?.nameservers ?? [])]),
    searches: unique([...resolver.searches, ...(config?.searches ?? [])]),
    options: [...resolver.options.filter((option) => !replaced.has(optionName(option))), ...added],
  };
}

/** Reads a resolv.conf as resolv.conf(5) tells: the last `search` or `domain` counts, options add up. */
export function parseResolv(text: string): Resolver {
  const nameservers: string[] = [];
  const options: string[] = [];
  let searches: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...fields] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && fields[0] !== undefined) nameservers.push(fields[0]);
    if (keyword === 'search' || keyword === 'domain') searches = fields.filter((domain) => domain !== '.');
    if (keyword === 'options') options.push(...fields);
  }
  return { nameservers: unique(nameservers), searches: unique(searches), options };
}

function limitSearches(searches: readonly string[]): readonly string[] {
  let characters = 0;
  return searches.slice(0, limits.searches).filter((domain) => {
    characters += domain.length + 1;
    return characters <= limits.searchCharacters + 1;
  });
}

function isLoopback(server: string): boolean {
  return server.startsWith('127.') || server === '::1' || server.startsWith('::ffff:127.');
}

function optionName(option: string): string {
  return option.split(':')[0] ?? option;
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}
