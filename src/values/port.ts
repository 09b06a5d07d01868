import { isIP } from 'node:net';
import { ValueError } from '../errors/value-error.ts';

/** One port to publish. `hostPort` 0 means any free one; `hostIP` is `0.0.0.0` for all addresses, IPv6 without brackets. */
export interface PublishedPort {
  readonly hostIP: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Parses Podman's `--publish` syntax, `[[ip:][host]:]container[/protocol]`, with IPv6 addresses in brackets,
 * ranges of equal length (`8000-8010:80-90`) and protocols joined by commas; one result per port and protocol.
 * Throws ValueError BAD_PORT.
 */
export function parsePublish(text: string): readonly PublishedPort[] {
  const [, bracketed, plain, protocols] = /^(?:\[([^\]]*)\]:)?([^/[\]]*)(?:\/(.*))?$/s.exec(text) ?? [];
  const parts = plain?.split(':') ?? [];
  const addressParts = bracketed === undefined ? parts.slice(0, -2) : [bracketed];
  if (plain === undefined || addressParts.length > 1 || (bracketed !== undefined && parts.length !== 2)) {
    throw bad(text, 'expected [[ip:][hostPort]:]containerPort[/protocol]');
  }
  const hostIP = addressParts[0] ?? '0.0.0.0';
  if (isIP(hostIP) === 0) throw bad(text, `${JSON.stringify(hostIP)} is not an IP address`);
  const container = parseRange(text, parts.at(-1) ?? '');
  const host = parts.length > 1 ? parts.at(-2) : '';
  const range = host === '' || host === undefined ? undefined : parseRange(text, host);
  if (range !== undefined && range.last - range.first !== container.last - container.first) {
    throw bad(text, 'host and container port ranges differ in length');
  }
  return parseProtocols(text, protocols).flatMap((protocol) =>
    Array.from({ length: container.last - container.first + 1 }, (_, index) =>
      Object.freeze({
        hostIP,
        hostPort: range === undefined ? 0 : range.first + index,
        containerPort: container.first + index,
        protocol,
      }),
    ),
  );
}

/** Prints a port the way `podman port` and `--publish` write it: `0.0.0.0:8080:80/tcp`, `[::1]:53:53/udp`. */
export function formatPublish({ hostIP, hostPort, containerPort, protocol }: PublishedPort): string {
  const address = isIP(hostIP) === 6 ? `[${hostIP}]` : hostIP;
  return `${address}:${hostPort === 0 ? '' : hostPort}:${containerPort}/${protocol}`;
}

/** Parses one port number, 1 to 65535. Throws ValueError BAD_PORT. */
export function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw bad(text, 'a port is a number from 1 to 65535');
  return port;
}

function parseRange(text: string, range: string): Range {
  const [start = '', end = start, ...rest] = range.split('-');
  if (range === '' || rest.length > 0)
    throw bad(text, `${JSON.stringify(range)} is not a port or a range of ports`);
  const [first, last] = [parsePort(start), parsePort(end)];
  if (last < first) throw bad(text, `the range ${range} runs backwards`);
  return { first, last };
}

function parseProtocols(text: string, protocols: string | undefined): readonly PublishedPort['protocol'][] {
  const names = (protocols ?? 'tcp').toLowerCase().split(',');
  return [...new Set(names)].map((name) => {
    if (name === 'tcp' || name === 'udp' || name === 'sctp') return name;
    throw bad(text, `${JSON.stringify(name)} is not a protocol: tcp, udp and sctp are`);
  });
}

function bad(text: string, reason: string): ValueError {
  return new ValueError({
    code: 'BAD_PORT',
    message: `${JSON.stringify(text)} is not a port: ${reason}`,
    hint: 'write for example 8080:80, 127.0.0.1:8080:80/tcp or [::1]:53:53/udp',
  });
}
