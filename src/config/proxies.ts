import { BlockList, isIP } from 'node:net';

/** Proxies by the scheme of the request. Values are URLs and may hold a password: never print them. */
export interface Proxies {
  readonly http?: string;
  readonly https?: string;
  /** Entries of NO_PROXY. */
  readonly except: readonly string[];
}

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or their lower-case forms. */
export function readProxies(env: Readonly<Record<string, string | undefined>>): Proxies {
  const read = (name: string) => env[name] || env[name.toLowerCase()] || undefined;
  const [http, https] = [read('HTTP_PROXY'), read('HTTPS_PROXY')];
  return {
    ...(http === undefined ? {} : { http: withScheme(http) }),
    ...(https === undefined ? {} : { https: withScheme(https) }),
    except: (read('NO_PROXY') ?? '')
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ''),
  };
}

/** The proxy for a URL, or undefined for a direct connection. Loopback is always direct, as Go's tools have it. */
export function proxyFor(url: URL, proxies: Proxies): string | undefined {
  const proxy = url.protocol === 'https:' ? proxies.https : proxies.http;
  if (proxy === undefined) return undefined;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const direct = isLoopback(host) || proxies.except.some((entry) => covers(entry, { host, port }));
  return direct ? undefined : proxy;
}

function covers(entry: string, { host, port }: { host: string; port: string }): boolean {
  if (entry === '*') return true;
  const [, name = entry, onlyPort] = /^(\[[^\]]*\]|[^:]*):([0-9]+)$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return inRange(host, bare);
  const domain = bare.replace(/^\*?\./, '');
  return host.endsWith(`.${domain}`) || (host === domain && domain === bare);
}

function inRange(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const prefix = bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function withScheme(proxy: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
