import type { Received } from './body.ts';
import { protocolError } from './failure.ts';
import type { Request, Transport } from './transport.ts';

export interface RedirectedRequest extends Request {
  /** Whether the headers go along to another origin; Authorization never does. */
  readonly keepHeaders: boolean;
}

const redirects = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

/**
 * Sends a request and follows redirects, never from HTTPS to HTTP unless the registry is insecure, and never with
 * Authorization to another origin. Throws RegistryError PROTOCOL, UNREACHABLE, TLS.
 */
export async function followRedirects(transport: Transport, request: RedirectedRequest): Promise<Received> {
  let current: Request = request;
  for (let count = 0; count <= mostRedirects; count += 1) {
    const response = await transport.get(current);
    const { location } = response.headers;
    if (!redirects.has(response.statusCode)) return { url: current.url, response, signal: request.signal };
    response.destroy();
    const target = URL.parse(location ?? '', current.url.href);
    const allowed = current.url.protocol === 'http:' || request.insecure ? ['https:', 'http:'] : ['https:'];
    if (target === null || !allowed.includes(target.protocol)) {
      throw protocolError(current.url, 'redirects to where pod does not follow');
    }
    current = { ...current, url: target, headers: headersFor(target, { ...request, from: current }) };
  }
  throw protocolError(request.url, `redirects more than ${mostRedirects} times`);
}

function headersFor(
  target: URL,
  { from, keepHeaders }: { from: Request; keepHeaders: boolean },
): Request['headers'] {
  if (target.origin === from.url.origin) return from.headers;
  if (!keepHeaders) return {};
  return Object.fromEntries(Object.entries(from.headers).filter(([name]) => name !== 'authorization'));
}
