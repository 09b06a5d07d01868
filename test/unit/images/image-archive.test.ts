import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { HostError } from '../../../src/errors/host-error.ts';
import { ImageError } from '../../../src/errors/image-error.ts';
import { openImageArchive } from '../../../src/images/image-archive.ts';
import { archive, file, gnuLong, header, padded, pax } from './tar-fixture.ts';

const large = 'x'.repeat(700_001);
const tar = archive(
  file('./manifest.json', '[]'),
  file('layer.tar', large),
  header({ name: 'old/layer.tar', type: '2', link: '../layer.tar' }),
  header({ name: 'hard', type: '1', link: 'layer.tar' }),
  header({ name: 'chain', type: '2', link: 'old/layer.tar' }),
  header({ name: 'loop', type: '2', link: 'loop' }),
  header({ name: 'outside', type: '2', link: '/etc/passwd' }),
  gnuLong('L', 'long/'.repeat(30)),
  file('short', 'long name'),
  pax({ path: 'paxed' }),
  file('short', 'pax name'),
  file('empty'),
);

describe('openImageArchive', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-archive-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function source(form: string): string | NodeJS.ReadableStream {
    const bytes = form.includes('gzip') ? gzipSync(tar) : tar;
    if (form.includes('stream')) return Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]);
    const path = join(folder, 'archive');
    writeFileSync(path, bytes);
    return path;
  }

  for (const form of ['file', 'gzip file', 'stream', 'gzip stream']) {
    it(`reads members of a ${form} in any order`, async () => {
      const temporaryFolder = join(folder, 'tmp');
      using opened = await openImageArchive(source(form), { temporaryFolder });
      const whole = async (name: string) => {
        const parts: Buffer[] = [];
        for await (const part of opened.stream(name)) parts.push(part);
        return Buffer.concat(parts).toString();
      };
      assert.equal(await whole('empty'), '');
      for (const name of ['old/layer.tar', 'hard', 'chain', 'layer.tar'])
        assert.equal(await whole(name), large, name);
      assert.equal(opened.read('manifest.json', 10).toString(), '[]');
      assert.equal(opened.read('paxed', 100).toString(), 'pax name');
      for (const name of ['loop', 'outside', 'none']) assert.ok(!opened.has(name), name);
      const fails = (code: string) => (error: unknown) => error instanceof ImageError && error.code === code;
      assert.throws(() => opened.read('layer.tar', 1000), fails('TOO_LARGE'));
      assert.throws(() => opened.read('none', 1000), fails('ARCHIVE_INVALID'));
      if (form !== 'file') assert.deepEqual(readdirSync(temporaryFolder), []);
    });
  }

  it('can be left in the middle of a member', async () => {
    using opened = await openImageArchive(source('file'), { temporaryFolder: folder });
    for await (const part of opened.stream('layer.tar')) {
      assert.ok(part.length < large.length);
      break;
    }
    assert.equal(opened.read('manifest.json', 10).toString(), '[]');
  });

  it('refuses a file that cannot be read', async () => {
    for (const path of [join(folder, 'absent'), folder]) {
      await assert.rejects(
        openImageArchive(path, { temporaryFolder: folder }),
        (error) => error instanceof HostError && error.code === 'FILE_UNREADABLE',
      );
    }
  });

  const wrong: readonly [string, Buffer][] = [
    ['a text', Buffer.from('no tar '.repeat(200))],
    ['one that is cut off', tar.subarray(0, 300_000)],
    [
      'a sparse member',
      archive(pax({ 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,1' }), header({ size: 1 }), padded('a')),
    ],
  ];
  for (const [what, bytes] of wrong) {
    it(`refuses ${what}`, async () => {
      const path = join(folder, 'wrong');
      writeFileSync(path, bytes);
      await assert.rejects(
        openImageArchive(path, { temporaryFolder: folder }),
        (error) => error instanceof ImageError && error.code === 'ARCHIVE_INVALID',
      );
    });
  }
});
