import { setTimeout as delay } from 'node:timers/promises';
import { isTemporary, isTemporaryStatus } from './failure.ts';
import type { Request, Response, Transport } from './transport.ts';

export interface RetryPolicy {
  /** Milliseconds before each further try; their number bounds the tries. */
  readonly delays: readonly number[];
  /** The longest that a registry may tell us to wait, in milliseconds. */
  readonly longest: number;
}

export const usualRetries: RetryPolicy = { delays: [250, 1000, 3000], longest: 10_000 };

/** A transport that tries again where the failure may pass: broken connections, 429, and the 5xx of busy servers. */
export function retrying(transport: Transport, policy: RetryPolicy): Transport {
  return {
    get: async (request) => {
      for (const pause of policy.delays) {
        const answer = await attempt(transport, request);
        if (answer.response !== undefined && !isTemporaryStatus(answer.response.statusCode))
          return answer.response;
        if (answer.response === undefined && !isTemporary(answer.error)) throw answer.error;
        answer.response?.destroy();
        const wait = Math.min(Math.max(pause, retryAfter(answer.response)), policy.longest);
        await delay(wait, undefined, request.signal === undefined ? {} : { signal: request.signal });
      }
      return transport.get(request);
    },
  };
}

type Attempt =
  | { readonly response: Response; readonly error?: never }
  | { readonly response?: never; readonly error: unknown };

async function attempt(transport: Transport, request: Request): Promise<Attempt> {
  try {
    return { response: await transport.get(request) };
  } catch (error) {
    return { error };
  }
}

/** Retry-After in seconds (RFC 9110, 10.2.3); its other form, a date, counts as nothing said. */
function retryAfter(response: Response | undefined): number {
  const seconds = response?.headers['retry-after'] ?? '';
  return /^[0-9]{1,6}$/.test(seconds) ? Number(seconds) * 1000 : 0;
}
