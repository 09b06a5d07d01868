import assert from 'node:assert/strict';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ImageError } from '../../../src/errors/image-error.ts';
import { decompress } from '../../../src/images/compression.ts';

const content = Buffer.from('content '.repeat(1000));

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(bytes: Buffer, size = 7): Promise<{ compression: string; bytes: Buffer }> {
  const { compression, content: stream } = await decompress(chunks(bytes, size));
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return { compression, bytes: Buffer.concat(parts) };
}

const isInvalid = (error: unknown) => error instanceof ImageError && error.code === 'ARCHIVE_INVALID';

describe('decompress', () => {
  const forms: readonly [string, Buffer, string][] = [
    ['none', content, 'none'],
    ['gzip', gzipSync(content), 'gzip'],
    [
      'gzip in two members',
      Buffer.concat([gzipSync(content.subarray(0, 99)), gzipSync(content.subarray(99))]),
      'gzip',
    ],
    ['zstd', zstdCompressSync(content), 'zstd'],
  ];
  for (const [what, bytes, compression] of forms) {
    for (const size of [1, 100_000]) {
      it(`${what}, in chunks of ${size}`, async () => {
        assert.deepEqual(await all(bytes, size), { compression, bytes: content });
      });
    }
  }

  it('nothing at all', async () =>
    assert.deepEqual(await all(Buffer.alloc(0)), { compression: 'none', bytes: Buffer.alloc(0) }));

  it('refuses bytes after the compressed data', async () => {
    await assert.rejects(all(Buffer.concat([gzipSync(content), Buffer.alloc(200_000)]), 1000), isInvalid);
  });

  it('refuses compressions that it does not know', async () => {
    await assert.rejects(all(Buffer.from('BZh91AY&SY')), isInvalid);
    await assert.rejects(all(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0])), isInvalid);
  });

  it('tells damage', async () => {
    const damaged = gzipSync(content);
    damaged.fill(0xff, 12, 20);
    await assert.rejects(all(damaged), isInvalid);
    await assert.rejects(all(gzipSync(content).subarray(0, 30)), isInvalid);
    await assert.rejects(all(zstdCompressSync(content).subarray(0, 20)), isInvalid);
  });

  it("passes on the source's own failure", async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync(content).subarray(0, 20);
      throw new RangeError('the source failed');
    }
    const { content: stream } = await decompress(failing());
    await assert.rejects(async () => {
      for await (const part of stream) assert.ok(part);
    }, RangeError);
  });
});
