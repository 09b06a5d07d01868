import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

interface TunnelOptions {
  readonly proxy: URL;
  readonly tls: object;
  readonly keepAlive: boolean;
  /** Milliseconds for the proxy to answer. */
  readonly patience: number;
}

interface Target {
  readonly host?: string | null;
  readonly port?: number | string | null;
}

/**
 * HTTPS through a proxy with CONNECT (RFC 9110, 9.3.6). Node has it built in only from 24.5 on, and there for all
 * requests of the process or by environment.
 */
export class TunnelAgent extends Agent {
  readonly #proxy: URL;
  readonly #tls: object;
  readonly #patience: number;

  constructor({ proxy, tls, keepAlive, patience }: TunnelOptions) {
    super({ keepAlive });
    this.#proxy = proxy;
    this.#tls = tls;
    this.#patience = patience;
  }

  override createConnection(
    target: Target,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const host = target.host ?? '';
    const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${target.port ?? 443}`;
    const fail = (error: Error) => callback?.(error, undefined as unknown as Duplex);
    const make = this.#proxy.protocol === 'https:' ? httpsRequest : httpRequest;
    const connect = make({
      ...proxyAddress(this.#proxy),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyAuthorization(this.#proxy) },
      agent: false,
    });
    // The timeout of the request itself counts only once it has a connection.
    connect.setTimeout(this.#patience, () => connect.destroy(noAnswer()));
    connect.once('error', fail);
    connect.once('response', (response) => {
      response.resume();
      fail(refused(response.statusCode));
    });
    connect.once('connect', (response, socket) => {
      socket.setTimeout(0);
      if (response.statusCode !== 200) {
        socket.destroy();
        return fail(refused(response.statusCode));
      }
      const servername = isIP(host) === 0 ? { servername: host } : {};
      callback?.(null, connectTls({ ...this.#tls, ...servername, host, socket }));
    });
    connect.end();
    return undefined;
  }
}

/** Where a proxy listens, for a request to it. */
export function proxyAddress(proxy: URL): { readonly host: string; readonly port: number } {
  const port = proxy.port || (proxy.protocol === 'https:' ? '443' : '80');
  return { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** The header that carries a user and password of the proxy's URL. */
export function proxyAuthorization({ username, password }: URL): { readonly 'proxy-authorization'?: string } {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** The error for a proxy or a server that accepts a connection and then says nothing. */
export function noAnswer(): Error {
  return Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
}

function refused(status: number | undefined): Error {
  return Object.assign(new Error(`the proxy answered ${status ?? 'nothing'}`), { code: 'ERR_PROXY_TUNNEL' });
}
