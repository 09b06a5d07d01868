import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TarReader } from '../../../src/images/tar-reader.ts';
import { TarSplit } from '../../../src/images/tar-split.ts';
import { archive, file, gnuLong, header, padded, pax } from './tar-fixture.ts';

interface Line {
  readonly type: 1 | 2;
  readonly name?: string;
  readonly name_raw?: string;
  readonly size?: number;
  readonly payload: string | null;
  readonly position: number;
}

describe('TarSplit', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tar-split-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function split(tar: Buffer): Promise<{ lines: Line[]; complete: boolean }> {
    const path = join(folder, 'out.gz');
    const sink = new TarSplit(path);
    const reader = new TarReader(sink);
    for (let at = 0; at < tar.length; at += 700) {
      reader.push(tar.subarray(at, at + 700));
      await sink.ready();
    }
    reader.end();
    const complete = await sink.finish();
    const text = gunzipSync(readFileSync(path)).toString('utf8');
    return {
      lines: text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line),
      complete,
    };
  }

  function assemble(lines: readonly Line[], contents: Readonly<Record<string, string>>): Buffer {
    return Buffer.concat(
      lines.map(({ type, payload, name = '' }) =>
        type === 2 ? Buffer.from(payload ?? '', 'base64') : Buffer.from(contents[name] ?? '', 'latin1'),
      ),
    );
  }

  it('gives the archive back with the contents put in', async () => {
    const tar = Buffer.concat([
      archive(
        header({ name: 'd/', type: '5' }),
        pax({ path: 'd/paxed' }),
        file('x', 'content one'),
        gnuLong('L', 'd/long'),
        file('y', 'z'.repeat(2000)),
        file('empty'),
      ),
      Buffer.from('junk behind'),
    ]);
    const { lines, complete } = await split(tar);
    assert.ok(complete);
    assert.deepEqual(assemble(lines, { 'd/paxed': 'content one', 'd/long': 'z'.repeat(2000) }), tar);
    assert.deepEqual(
      lines.map(({ position }) => position),
      lines.map((_, index) => index),
    );
    const files = lines.filter(({ type }) => type === 1);
    assert.deepEqual(
      files.map(({ name, size, payload }) => [name, size, payload === null]),
      [
        ['d/', undefined, true],
        ['d/paxed', 11, false],
        ['d/long', 2000, false],
        ['empty', undefined, true],
      ],
    );
  });

  it('keeps names that are not UTF-8 as bytes', async () => {
    const { lines } = await split(archive(file('\xff'), file('\xc3\xa4')));
    const files = lines.filter(({ type }) => type === 1);
    assert.deepEqual(
      files.map(({ name, name_raw }) => name ?? name_raw),
      ['/w==', 'ä'],
    );
  });

  it('keeps sparse files whole', async () => {
    const tar = archive(
      pax({ 'GNU.sparse.size': '16', 'GNU.sparse.map': '2,3,10,2' }),
      header({ size: 5 }),
      padded('abcde'),
    );
    const { lines, complete } = await split(tar);
    assert.ok(complete);
    assert.deepEqual(assemble(lines, {}), tar);
  });

  it('tells when two contents have one name, and passes over a second folder', async () => {
    const folders = archive(header({ name: 'd/', type: '5' }), header({ name: './d', type: '5' }));
    const twice = await split(folders);
    assert.ok(twice.complete);
    assert.deepEqual(assemble(twice.lines, {}), folders);
    rmSync(join(folder, 'out.gz'));
    assert.equal((await split(archive(file('a', 'one'), file('./a', 'two')))).complete, false);
  });

  it('fails when its file cannot be written', async () => {
    const sink = new TarSplit(join(folder, 'missing', 'out.gz'));
    sink.raw(Buffer.from('x'));
    await assert.rejects(sink.finish(), { code: 'ENOENT' });
  });
});
