import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ImageError } from '../errors/image-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { parseDigest } from '../values/digest.ts';
import { connectionError } from './failure.ts';
import { printableUrl } from './printable.ts';
import type { Response } from './transport.ts';

/** A response and where it came from. `signal` is the one that may have aborted it. */
export interface Received {
  readonly url: URL;
  readonly response: Response;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds without a byte, while we wait for one, after which a connection counts as broken. */
const idleLimit = 60_000;

/** Reads a whole body of at most `limit` bytes. Throws ImageError TOO_LARGE, RegistryError UNREACHABLE. */
export async function readBody(received: Received, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(received)) {
    length += chunk.length;
    if (length > limit) {
      throw new ImageError({
        code: 'TOO_LARGE',
        message: `${printableUrl(received.url)} sends more than ${limit} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * A body as a stream that ends well only if its size and digest are the descriptor's, and fails as soon as it is too
 * long. Fails with ImageError DIGEST_MISMATCH, RegistryError UNREACHABLE.
 */
export function verifiedStream(
  received: Received,
  descriptor: Pick<Descriptor, 'digest' | 'size'>,
): Readable {
  return Readable.from(verified(received, descriptor), { objectMode: false });
}

/** Throws ImageError DIGEST_MISMATCH unless the bytes have this digest. */
export function checkDigest(bytes: Uint8Array, digest: string): void {
  const { algorithm, hex } = parseDigest(digest);
  const found = createHash(algorithm).update(bytes).digest('hex');
  if (found !== hex) throw mismatch(`what was sent for ${digest} is ${algorithm}:${found}`);
}

async function* verified(received: Received, { digest, size }: Pick<Descriptor, 'digest' | 'size'>) {
  const { algorithm, hex } = parseDigest(digest);
  const hash: Hash = createHash(algorithm);
  let length = 0;
  for await (const chunk of chunksOf(received)) {
    length += chunk.length;
    if (length > size) throw mismatch(`${digest} is larger than the ${size} bytes that its manifest says`);
    hash.update(chunk);
    yield chunk;
  }
  if (length !== size) throw mismatch(`${digest} has ${length} bytes, its manifest says ${size}`);
  const found = hash.digest('hex');
  if (found !== hex) throw mismatch(`what was sent for ${digest} is ${algorithm}:${found}`);
}

async function* chunksOf({ url, response, signal }: Received): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await untilIdle(response, chunks.next());
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw signal?.aborted ? signal.reason : connectionError(url, error as Error);
  } finally {
    response.destroy();
  }
}

/** The time that a reader of ours takes does not count: only waiting for the other side does. */
async function untilIdle<T>(response: Response, next: Promise<T>): Promise<T> {
  const idle = Object.assign(new Error('no more data'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => response.destroy(idle), idleLimit);
  try {
    return await next;
  } finally {
    clearTimeout(timer);
  }
}

function mismatch(message: string): ImageError {
  return new ImageError({
    code: 'DIGEST_MISMATCH',
    kind: 'external',
    message,
    hint: 'the registry or something on the way to it changed the data',
  });
}
