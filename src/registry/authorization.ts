import { RegistryError } from '../errors/registry-error.ts';
import { readBody } from './body.ts';
import { parseChallenges } from './challenge.ts';
import { protocolError, statusError } from './failure.ts';
import { followRedirects } from './redirect.ts';
import type { Transport } from './transport.ts';

/** What a server asked for, and by whose leave. */
export interface Asked {
  /** The URL that was answered with 401. */
  readonly url: URL;
  readonly challenge: string;
  readonly repository: string;
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
}

const tokenLimit = 1024 * 1024;

/**
 * A header for a repository that asked who we are: an anonymous bearer token (distribution specification, token
 * authentication). Throws RegistryError UNAUTHORIZED where only a login would do.
 */
export async function anonymousAuthorization(transport: Transport, asked: Asked): Promise<string> {
  const bearer = parseChallenges(asked.challenge).find(({ scheme }) => scheme === 'bearer');
  if (bearer === undefined) {
    throw new RegistryError({
      code: 'UNAUTHORIZED',
      message: `${asked.url.host} wants a login`,
      hint: 'pod pulls without credentials: load the image from an archive, or pull it with podman into the same store',
    });
  }
  const url = tokenUrl(bearer.parameters, asked);
  const received = await followRedirects(transport, { ...asked, url, headers: {}, keepHeaders: false });
  const body = new TextDecoder().decode(await readBody(received, tokenLimit));
  if (received.response.statusCode !== 200) {
    throw statusError(received.url, { status: received.response.statusCode, body });
  }
  return `Bearer ${tokenOf(url, body)}`;
}

function tokenUrl(parameters: Readonly<Record<string, string>>, asked: Asked): URL {
  const url = URL.parse(parameters['realm'] ?? '');
  const allowed = asked.url.protocol === 'http:' || asked.insecure ? ['https:', 'http:'] : ['https:'];
  if (url === null || !allowed.includes(url.protocol))
    throw protocolError(asked.url, 'names no usable token server');
  if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service']);
  url.searchParams.set('scope', parameters['scope'] ?? `repository:${asked.repository}:pull`);
  return url;
}

function tokenOf(url: URL, body: string): string {
  let answer: { token?: unknown; access_token?: unknown } | null;
  try {
    answer = JSON.parse(body) as typeof answer;
  } catch {
    // The parser's message would quote the body, and with it perhaps the token.
    throw protocolError(url, 'sent a token that is not JSON');
  }
  const token = answer?.token ?? answer?.access_token;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw protocolError(url, 'sent no token');
  return token;
}
