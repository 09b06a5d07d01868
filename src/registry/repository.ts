import type { PullSource } from '../config/registries-settings.ts';
import { RegistryError } from '../errors/registry-error.ts';
import { type Asked, anonymousAuthorization } from './authorization.ts';
import { type Received, readBody } from './body.ts';
import { statusError } from './failure.ts';
import { followRedirects } from './redirect.ts';
import type { Transport } from './transport.ts';

export interface Fetch {
  /** Path below the repository: `manifests/latest`, `blobs/sha256:...`. */
  readonly path: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

/** One repository of one registry. */
export interface Repository {
  /** A successful answer, its body unread. Throws RegistryError. */
  fetch(request: Fetch): Promise<Received>;
}

/** What a registry writes about an error is read up to here. */
const errorLimit = 64 * 1024;

/**
 * Reaches the repository of a source: finds out once whether an insecure registry speaks HTTPS or HTTP, and gets a
 * token when it asks for one, again when the token is too old. `once` sends each request a single time, `transport`
 * tries again.
 */
export function createRepository(
  source: Pick<PullSource, 'reference' | 'insecure'>,
  { transport, once }: { readonly transport: Transport; readonly once: Transport },
): Repository {
  const { reference, insecure } = source;
  let scheme: Promise<'https' | 'http'> | undefined;
  let authorization: Promise<string> | undefined;

  const send = async ({ path, accept, signal }: Fetch): Promise<Received> => {
    scheme ??= insecure ? speaks({ once, registry: reference.registry, signal }) : Promise.resolve('https');
    const url = new URL(
      `${await scheme}://${apiHost(reference.registry)}/v2/${reference.repository}/${path}`,
    );
    const token = await authorization;
    const headers = {
      ...(accept === undefined ? {} : { accept }),
      ...(token === undefined ? {} : { authorization: token }),
    };
    return followRedirects(transport, { url, headers, insecure, signal, keepHeaders: true });
  };

  const authorize = async (asked: Pick<Asked, 'url' | 'challenge' | 'signal'>): Promise<string> => {
    try {
      return await anonymousAuthorization(transport, {
        ...asked,
        repository: reference.repository,
        insecure,
      });
    } catch (error) {
      authorization = undefined;
      throw error;
    }
  };

  return {
    fetch: async (request) => {
      const used = authorization;
      let received = await send(request);
      if (
        received.response.statusCode === 401 &&
        received.response.headers['www-authenticate'] !== undefined
      ) {
        received.response.destroy();
        // Another request may have got a new token while this one was under way.
        if (authorization === used) {
          const challenge = received.response.headers['www-authenticate'];
          authorization = authorize({ url: received.url, challenge, signal: request.signal });
        }
        await authorization;
        received = await send(request);
      }
      if (received.response.statusCode === 200) return received;
      const body = new TextDecoder().decode(await readBody(received, errorLimit));
      throw statusError(received.url, { status: received.response.statusCode, body });
    },
  };
}

/** HTTPS if anything there speaks it, else HTTP: what the field does for registries marked insecure. */
async function speaks(options: {
  readonly once: Transport;
  readonly registry: string;
  readonly signal: AbortSignal | undefined;
}): Promise<'https' | 'http'> {
  const { once, registry, signal } = options;
  try {
    const url = new URL(`https://${apiHost(registry)}/v2/`);
    (await once.get({ url, headers: {}, insecure: true, signal })).destroy();
    return 'https';
  } catch (error) {
    if (error instanceof RegistryError) return 'http';
    throw error;
  }
}

/** Docker Hub's API is not where its images' names say. */
function apiHost(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}
