import type { HostAlias } from '../kube/wire.ts';

/** What a pod's /etc/hosts is made from. */
export interface HostsParts {
  /** The pod's addresses without prefix length, most important first. Empty with hostNetwork. */
  readonly addresses: readonly string[];
  readonly hostname: string;
  /** Full name (`hostname.subdomain.namespace.svc.cluster.local`) of a pod with a subdomain. */
  readonly fqdn?: string;
  readonly aliases: readonly HostAlias[];
  /** Text of the host's own /etc/hosts, for a pod with hostNetwork, which sees it instead of lines of its own. */
  readonly hostFile?: string;
}

const header = '# Written by pod when the pod was made. Add names with hostAliases.';

const loopback: readonly (readonly [string, ...string[]])[] = [
  ['127.0.0.1', 'localhost'],
  ['::1', 'localhost', 'ip6-localhost', 'ip6-loopback'],
  ['fe00::0', 'ip6-localnet'],
  ['fe00::0', 'ip6-mcastprefix'],
  ['fe00::1', 'ip6-allnodes'],
  ['fe00::2', 'ip6-allrouters'],
];

/**
 * The text of a pod's /etc/hosts, with the lines that the kubelet writes: loopback names, the pod's own addresses
 * with its full name before its short one, then the host aliases.
 */
export function hostsFile({ addresses, hostname, fqdn, aliases, hostFile }: HostsParts): string {
  const names = fqdn === undefined || fqdn === hostname ? [hostname] : [fqdn, hostname];
  const own = addresses.map((address) => line([address, ...names]));
  const base = hostFile === undefined ? [...loopback.map(line), ...own] : [hostFile.replace(/\n+$/, '')];
  const added = aliases.map(({ ip, hostnames }) => line([ip, ...(hostnames ?? [])]));
  const lines = [header, ...base, ...(added.length > 0 ? ['', '# From hostAliases.', ...added] : [])];
  return `${lines.join('\n')}\n`;
}

function line(fields: readonly string[]): string {
  return fields.join('\t');
}
