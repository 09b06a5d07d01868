import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ImageError } from '../errors/image-error.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** The bytes behind a compression that was found by their beginning. */
export interface Decompressed {
  readonly compression: Compression;
  readonly content: AsyncIterable<Buffer>;
}

const formats: readonly { readonly magic: readonly number[]; readonly name: Compression | 'bzip2' | 'xz' }[] =
  [
    { magic: [0x1f, 0x8b], name: 'gzip' },
    { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd' },
    { magic: [0x42, 0x5a, 0x68], name: 'bzip2' },
    { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], name: 'xz' },
  ];
const longestMagic = 6;

/** Large, because each chunk is a turn of the event loop, and inflating runs beside what is done with the last one. */
const chunkSize = 1 << 18;

/**
 * Finds the compression of a stream by its first bytes and takes it away. Throws ImageError ARCHIVE_INVALID, now for an
 * unknown compression, later for damage, which bytes after the compressed data are as well.
 */
export async function decompress(source: AsyncIterable<Uint8Array>): Promise<Decompressed> {
  const { head, rest } = await peek(source);
  const found =
    formats.find(({ magic }) => magic.every((byte, index) => head[index] === byte))?.name ?? 'none';
  switch (found) {
    case 'none':
      return { compression: 'none', content: buffers(rest) };
    case 'gzip':
      return { compression: 'gzip', content: through(rest, createGunzip({ chunkSize })) };
    case 'zstd':
      return { compression: 'zstd', content: through(rest, createZstdDecompress({ chunkSize })) };
    case 'bzip2':
    case 'xz':
      throw new ImageError({
        code: 'ARCHIVE_INVALID',
        message: `the archive is compressed with ${found}, which pod does not read`,
        hint: `decompress it first: ${found} -dc FILE | pod …`,
      });
  }
}

async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer; rest: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let length = 0;
  while (length < longestMagic) {
    const next = await iterator.next();
    if (next.done) break;
    held.push(next.value);
    length += next.value.length;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    try {
      yield* held;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(held), rest: rest() };
}

async function* buffers(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}

async function* through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Buffer> {
  const fed = feed(source, transform);
  // Both failures are thrown below; until then they must not count as unhandled.
  fed.catch(() => {});
  transform.on('error', () => {});
  try {
    for await (const chunk of transform) yield chunk as Buffer;
    await fed;
  } catch (error) {
    throw isDamage(error) ? damaged(error) : error;
  } finally {
    transform.destroy();
  }
}

/** Writes the source into the transform. `pipeline` would not tell of bytes that are left when the transform ends. */
async function feed(source: AsyncIterable<Uint8Array>, transform: Transform): Promise<void> {
  try {
    for await (const chunk of source) {
      if (transform.readableEnded) throw damaged('bytes follow the compressed data');
      if (transform.destroyed) return;
      if (!transform.write(chunk)) await writableAgain(transform);
    }
    transform.end();
  } catch (error) {
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function writableAgain(transform: Transform): Promise<void> {
  const events = ['drain', 'end', 'close'] as const;
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const event of events) transform.off(event, done);
      resolve();
    };
    for (const event of events) transform.on(event, done);
  });
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code));
}

function damaged(cause: unknown): ImageError {
  return new ImageError({
    code: 'ARCHIVE_INVALID',
    kind: 'external',
    message: 'the compressed data is damaged or cut off',
    hint: 'make or fetch it again',
    cause,
  });
}
