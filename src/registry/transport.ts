import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type Proxies, proxyFor } from '../config/proxies.ts';
import { connectionError } from './failure.ts';
import type { Trust } from './trust.ts';
import { noAnswer, proxyAddress, proxyAuthorization, TunnelAgent } from './tunnel.ts';

export interface Request {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Accepts any certificate. */
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body has not been read. Read it or destroy it. */
export type Response = IncomingMessage & { readonly statusCode: number };

/** Sends GET requests, each once. */
export interface Transport {
  /** Throws RegistryError UNREACHABLE or TLS. */
  get(request: Request): Promise<Response>;
}

/** Milliseconds for an answer to begin. */
const answerLimit = 60_000;

/** HTTP by node:http, through the proxies that the environment names, with connections kept for the next request. */
export function createTransport(options: { readonly proxies: Proxies; readonly trust: Trust }): Transport {
  const { proxies, trust } = options;
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new Map<string, HttpsAgent>();

  const secureAgent = async ({ url, insecure }: Request, proxy: string | undefined): Promise<HttpsAgent> => {
    const key = `${url.host} ${insecure}`;
    const known = secure.get(key);
    if (known !== undefined) return known;
    const tls = { secureContext: await trust.contextFor(url.host), rejectUnauthorized: !insecure };
    const agent =
      proxy === undefined
        ? new HttpsAgent({ keepAlive: true, ...tls })
        : new TunnelAgent({ proxy: new URL(proxy), tls, keepAlive: true, patience: answerLimit });
    secure.set(key, agent);
    return agent;
  };

  return {
    get: async (request) => {
      const { url } = request;
      const proxy = proxyFor(url, proxies);
      if (url.protocol === 'https:') {
        const agent = await secureAgent(request, proxy);
        return send(request, { make: httpsRequest, options: { ...addressOf(url), agent } });
      }
      const options =
        proxy === undefined ? { ...addressOf(url), agent: plain } : viaProxy(url, new URL(proxy));
      return send(request, { make: httpRequest, options });
    },
  };
}

function addressOf(url: URL): RequestOptions {
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host },
  };
}

/** Plain HTTP names the whole URL to the proxy (RFC 9112, 3.2.2). */
function viaProxy(url: URL, proxy: URL): RequestOptions {
  return {
    ...proxyAddress(proxy),
    path: `${url.origin}${url.pathname}${url.search}`,
    headers: { host: url.host, ...proxyAuthorization(proxy) },
    agent: false,
  };
}

function send(
  request: Request,
  wire: { readonly make: typeof httpRequest; readonly options: RequestOptions },
): Promise<Response> {
  const { url, headers, signal } = request;
  return new Promise((resolve, reject) => {
    const outgoing = wire.make(
      {
        ...wire.options,
        headers: { ...wire.options.headers, ...headers, 'accept-encoding': 'identity', 'user-agent': 'pod' },
        ...(signal === undefined ? {} : { signal }),
        timeout: answerLimit,
      },
      (response) => {
        outgoing.setTimeout(0);
        resolve(response as Response);
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(noAnswer()));
    outgoing.once('error', (error) => reject(signal?.aborted ? signal.reason : connectionError(url, error)));
    outgoing.end();
  });
}
