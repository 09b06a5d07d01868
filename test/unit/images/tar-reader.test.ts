import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ImageError } from '../../../src/errors/image-error.ts';
import type { TarEntry } from '../../../src/images/tar-header.ts';
import { TarReader } from '../../../src/images/tar-reader.ts';
import { archive, file, gnuLong, header, padded, pax } from './tar-fixture.ts';

interface Read {
  readonly entries: (TarEntry & { readonly content: string })[];
  readonly raw: Buffer;
}

function read(tar: Buffer, chunk = tar.length || 1): Read {
  const entries: Read['entries'] = [];
  const raw: Buffer[] = [];
  let current: TarEntry | undefined;
  let content: string[] = [];
  const reader = new TarReader({
    raw: (bytes) => raw.push(Buffer.from(bytes)),
    entry: (entry) => {
      current = entry;
      content = [];
    },
    content: (bytes) => content.push(bytes.toString('latin1')),
    close: () => {
      if (current !== undefined) entries.push({ ...current, content: content.join('') });
    },
  });
  for (let at = 0; at < tar.length; at += chunk) reader.push(tar.subarray(at, at + chunk));
  reader.end();
  return { entries, raw: Buffer.concat(raw) };
}

const only = (tar: Buffer) => {
  const { entries } = read(tar);
  assert.equal(entries.length, 1);
  return entries[0] as Read['entries'][number];
};

const base256 = (value: bigint, length: number) => {
  const field = Buffer.alloc(length);
  let rest = BigInt.asUintN(length * 8, value);
  for (let at = length - 1; at >= 0; at--) {
    field[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  field[0] = (field[0] ?? 0) | 0x80;
  return field;
};

const long = `${'d'.repeat(120)}/${'f'.repeat(130)}`;

describe('TarReader', () => {
  describe('applies every way to say a field', () => {
    const cases: readonly [string, Buffer, Partial<TarEntry & { content: string }>][] = [
      [
        'plain',
        archive(file('a', 'hello')),
        { name: 'a', type: 'file', size: 5, content: 'hello', mode: 0o644 },
      ],
      ['ustar prefix', archive(file('b', '', { prefix: 'a' })), { name: 'a/b' }],
      ['no prefix without ustar', archive(file('b', '', { prefix: 'a', magic: 'ustar  \0' })), { name: 'b' }],
      [
        'v7, garbage where devices are',
        archive(file('b', '', { magic: '', change: (b) => b.fill(0xff, 329, 345) })),
        { major: 0 },
      ],
      ['v7 folder', archive(file('b/', '', { type: '\0' })), { type: 'directory', name: 'b/' }],
      ['GNU long name', archive(gnuLong('L', long), file('short')), { name: long }],
      [
        'GNU long link',
        archive(gnuLong('K', long), header({ type: '2', link: 'x' })),
        { linkName: long, type: 'symlink' },
      ],
      ['pax path', archive(pax({ path: long }), file('short')), { name: long }],
      ['pax over GNU', archive(gnuLong('L', 'gnu'), pax({ path: 'pax' }), file('short')), { name: 'pax' }],
      [
        'pax size',
        archive(pax({ size: '3' }), header({ size: 0 }), padded('abc')),
        { size: 3, content: 'abc' },
      ],
      [
        'pax owner',
        archive(pax({ uid: '3000000', gid: '4000000' }), file('a')),
        { uid: 3_000_000, gid: 4_000_000 },
      ],
      ['pax time', archive(pax({ mtime: '1.5' }), file('a')), { mtime: 1_500_000_000n }],
      [
        'pax time before 1970',
        archive(pax({ mtime: '-1.000000001' }), file('a')),
        { mtime: -1_000_000_001n },
      ],
      ['pax time beyond ns', archive(pax({ mtime: '1.1234567899' }), file('a')), { mtime: 1_123_456_789n }],
      ['global pax', archive(pax({ uid: '7' }, 'g'), file('a')), { uid: 7 }],
      ['local over global', archive(pax({ uid: '7' }, 'g'), pax({ uid: '8' }), file('a')), { uid: 8 }],
      [
        'local takes global away',
        archive(pax({ uid: '7' }, 'g'), pax({ uid: '' }), file('a', '', { uid: 9 })),
        { uid: 9 },
      ],
      [
        'xattr of any bytes',
        archive(pax({ 'SCHILY.xattr.user.a': '\x00\xff\n=' }), file('a')),
        { xattrs: new Map([['user.a', '\x00\xff\n=']]) },
      ],
      ['base-256 size', archive(header({ size: base256(3n, 12) }), padded('abc')), { size: 3 }],
      ['base-256 owner', archive(header({ uid: base256(2_097_152n, 8) })), { uid: 2_097_152 }],
      ['base-256 time before 1970', archive(header({ mtime: base256(-5n, 12) })), { mtime: -5_000_000_000n }],
      ['bytes that are not UTF-8', archive(file('\xff\xfe')), { name: '\xff\xfe' }],
      ['setuid', archive(file('a', '', { mode: 0o104755 })), { mode: 0o4755 }],
      [
        'device',
        archive(header({ type: '3', major: 5, minor: 1 })),
        { type: 'character', major: 5, minor: 1 },
      ],
      [
        'hardlink has no content',
        archive(header({ type: '1', link: 'b', size: 512 })),
        { type: 'hardlink', size: 0 },
      ],
      ['folder has no content', archive(header({ type: '5', size: 512 })), { type: 'directory', size: 0 }],
      ['contiguous file', archive(file('a', 'x', { type: '7' })), { type: 'file', content: 'x' }],
    ];
    for (const [what, tar, expected] of cases) {
      it(what, () => {
        const entry = only(tar);
        for (const [key, value] of Object.entries(expected))
          assert.deepEqual(entry[key as keyof TarEntry], value, key);
      });
    }
  });

  describe('reads sparse files', () => {
    const gnuRun = (block: Buffer, at: number, [offset, length]: readonly [number, number]) => {
      block.write(offset.toString(8).padStart(11, '0'), at, 'latin1');
      block.write(length.toString(8).padStart(11, '0'), at + 12, 'latin1');
    };
    const runs = [
      { offset: 2, length: 3 },
      { offset: 10, length: 2 },
    ];
    const gnu = header({
      type: 'S',
      size: 5,
      magic: 'ustar  \0',
      change: (block) => {
        gnuRun(block, 386, [2, 3]);
        gnuRun(block, 410, [10, 2]);
        block.write('00000000020', 483, 'latin1');
      },
    });
    const cases: readonly [string, Buffer][] = [
      ['GNU', archive(gnu, padded('abcde'))],
      [
        'pax 0.0',
        archive(
          pax([
            ['GNU.sparse.size', '16'],
            ['GNU.sparse.offset', '2'],
            ['GNU.sparse.numbytes', '3'],
            ['GNU.sparse.offset', '10'],
            ['GNU.sparse.numbytes', '2'],
          ]),
          file('a', 'abcde'),
        ),
      ],
      [
        'pax 0.1',
        archive(pax({ 'GNU.sparse.size': '16', 'GNU.sparse.map': '2,3,10,2' }), file('a', 'abcde')),
      ],
      [
        'pax 1.0',
        archive(
          pax({
            'GNU.sparse.major': '1',
            'GNU.sparse.minor': '0',
            'GNU.sparse.realsize': '16',
            'GNU.sparse.name': 'file',
          }),
          header({ name: 'GNUSparseFile.1/file', size: 517 }),
          padded('2\n2\n3\n10\n2\n'),
          padded('abcde'),
        ),
      ],
    ];
    for (const [what, tar] of cases) {
      for (const chunk of [1, 7, 512, tar.length]) {
        it(`${what}, in chunks of ${chunk}`, () => {
          const [entry] = read(tar, chunk).entries;
          assert.deepEqual(entry?.sparse, runs);
          assert.equal(entry?.size, 16);
          assert.equal(entry?.content, 'abcde');
        });
      }
    }
    it('GNU with an extension block', () => {
      const extended = header({
        type: 'S',
        size: 5,
        change: (block) => {
          for (let index = 0; index < 4; index++) gnuRun(block, 386 + index * 24, [index * 4, 1]);
          block[482] = 1;
          block.write('00000000040', 483, 'latin1');
        },
      });
      const extension = Buffer.alloc(512);
      gnuRun(extension, 0, [20, 1]);
      const entry = only(archive(extended, extension, padded('abcde')));
      assert.equal(entry.sparse?.length, 5);
      assert.equal(entry.content, 'abcde');
    });
  });

  describe('refuses what no writer makes', () => {
    const cases: readonly [string, Buffer][] = [
      ['a text', Buffer.from('this is no tar\n'.repeat(100))],
      ['a wrong checksum', archive(Buffer.concat([file('a').fill('z', 0, 1)]))],
      ['an end inside a header', file('a').subarray(0, 300)],
      ['an end inside a content', file('a', 'x'.repeat(600)).subarray(0, 700)],
      ['an end inside a padding', file('a', 'x').subarray(0, 600)],
      ['an end after an extension', pax({ path: 'x' })],
      ['zeros after an extension', archive(gnuLong('L', 'x'))],
      ['a negative size', archive(header({ size: base256(-1n, 12) }))],
      ['a size beyond 2^53', archive(header({ size: base256(1n << 60n, 12) }))],
      ['an extension of 2 GB', archive(header({ type: 'x', size: 0x7fffffff }))],
      ['a size in letters', archive(header({ change: (block) => block.write('zz', 124) }))],
      [
        'a pax length beyond the header',
        archive(pax({}), Buffer.concat([header({ type: 'x', size: 9 }), padded('99 a=b\n12')])),
      ],
      ['a pax length of nothing', archive(Buffer.concat([header({ type: 'x', size: 4 }), padded(' a=b')]))],
      [
        'a pax record without an end',
        archive(Buffer.concat([header({ type: 'x', size: 6 }), padded('6 a=bc')])),
      ],
      ['a pax size in letters', archive(pax({ size: 'x' }), file('a'))],
      ['a pax time in letters', archive(pax({ mtime: 'x' }), file('a'))],
      ['an empty name', archive(file(''))],
      ['a zero byte in a name', archive(pax({ path: 'a\0b' }), file('a'))],
      ['a name longer than a path', archive(pax({ path: 'a/'.repeat(3000) }), file('a'))],
      ['an owner of -1', archive(pax({ uid: '4294967295' }), file('a'))],
      ['a negative owner', archive(header({ uid: base256(-1n, 8) }))],
      ['an unknown type', archive(header({ type: 'Q' }))],
      [
        'sparse runs out of order',
        archive(pax({ 'GNU.sparse.size': '16', 'GNU.sparse.map': '10,2,2,3' }), file('a', 'abcde')),
      ],
      [
        'sparse runs beyond the file',
        archive(pax({ 'GNU.sparse.size': '4', 'GNU.sparse.map': '2,5' }), file('a', 'abcde')),
      ],
      [
        'sparse runs that do not fit',
        archive(pax({ 'GNU.sparse.size': '16', 'GNU.sparse.map': '2,3' }), file('a', 'abcde')),
      ],
      [
        'a sparse map of odd length',
        archive(pax({ 'GNU.sparse.size': '16', 'GNU.sparse.map': '2,3,4' }), file('a', 'abcde')),
      ],
      [
        'a sparse folder',
        archive(
          pax({ 'GNU.sparse.size': '0', 'GNU.sparse.map': '', 'GNU.sparse.realsize': '0' }),
          pax({ 'GNU.sparse.map': '0,0' }),
          header({ type: '5' }),
        ),
      ],
      [
        'a leading sparse map without lines',
        archive(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.realsize': '9' }), file('a', '1'.repeat(600))),
      ],
      [
        'a leading sparse map of too many runs',
        archive(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.realsize': '9' }), file('a', '99999999\n')),
      ],
    ];
    for (const [what, tar] of cases) {
      it(what, () => {
        assert.throws(
          () => read(tar),
          (error) => error instanceof ImageError && error.code === 'LAYER_INVALID',
        );
      });
    }
  });

  it('accepts an archive without end blocks, an empty one, and junk after the end', () => {
    assert.equal(read(file('a', 'x')).entries.length, 1);
    assert.equal(read(Buffer.alloc(0)).entries.length, 0);
    assert.equal(read(Buffer.concat([archive(file('a', 'x')), Buffer.from('junk')])).entries.length, 1);
  });

  it('hands on every byte exactly once, whatever the chunks', () => {
    const tar = Buffer.concat([
      archive(
        pax({ path: long, 'SCHILY.xattr.user.a': 'b' }),
        file('a', 'x'.repeat(1500)),
        gnuLong('L', long),
        file('b', 'yy'),
        file('c'),
      ),
      Buffer.from('trailing'),
    ]);
    const whole = read(tar);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (chunk) => {
        const parts = read(tar, chunk);
        assert.deepEqual(parts.entries, whole.entries);
        assert.deepEqual(parts.raw, whole.raw);
        const content = parts.entries.reduce((sum, entry) => sum + entry.content.length, 0);
        assert.equal(parts.raw.length + content, tar.length);
      }),
      { numRuns: 60 },
    );
  });

  it('skips content that its caller has passed over', () => {
    const tar = archive(file('a', 'x'.repeat(1000)), file('b', 'y'));
    const names: string[] = [];
    const reader = new TarReader({
      raw() {},
      entry: ({ name }) => names.push(name),
      content() {},
      close() {},
    });
    reader.push(tar.subarray(0, 512));
    assert.equal(reader.skippable, 1000);
    reader.skip(1000);
    reader.push(tar.subarray(1512));
    reader.end();
    assert.deepEqual(names, ['a', 'b']);
  });

  it('never fails in another way, whatever the bytes', () => {
    const base = archive(pax({ path: 'p', size: '4' }), file('a', 'abcd'), gnuLong('L', 'n'), file('b'));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const tar = Buffer.from(base);
        for (const [at, byte] of changes) tar[at] = byte;
        try {
          read(tar, 100);
        } catch (error) {
          assert.ok(error instanceof ImageError, String(error));
        }
      }),
    );
  });
});
