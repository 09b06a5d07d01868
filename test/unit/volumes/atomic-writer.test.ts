import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically } from '../../../src/volumes/atomic-writer.ts';

const source = fileURLToPath(new URL('../../../src/volumes/atomic-writer.ts', import.meta.url));

function payload(files: Record<string, string>, mode = 0o644) {
  return new Map(
    Object.entries(files).map(([path, data]) => [path, { data: new TextEncoder().encode(data), mode }]),
  );
}

describe('writeAtomically', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'pod-writer-')), 'volume');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const version = () => readlinkSync(join(folder, '..data'));

  it('lays files out as the kubelet does', async () => {
    await writeAtomically(folder, payload({ a: '1', 'deep/b': '2' }, 0o440));
    assert.match(version(), /^\.\.\d{4}_\d{2}_\d{2}_\d{2}_\d{2}_\d{2}\./);
    assert.deepEqual(readdirSync(folder).sort(), [version(), '..data', 'a', 'deep'].sort());
    assert.equal(readlinkSync(join(folder, 'a')), '..data/a');
    assert.equal(readlinkSync(join(folder, 'deep')), '..data/deep');
    assert.deepEqual([read('a'), read('deep/b')], ['1', '2']);
    assert.equal(statSync(join(folder, 'a')).mode & 0o777, 0o440);
    assert.equal(statSync(folder).mode & 0o777, 0o755);
    assert.equal(statSync(join(folder, 'deep')).mode & 0o777, 0o755);
  });

  it('leaves the same content as it is, and swaps another', async () => {
    await writeAtomically(folder, payload({ a: '1', b: '2' }));
    const first = version();
    await writeAtomically(folder, payload({ b: '2', a: '1' }));
    assert.equal(version(), first);
    await writeAtomically(folder, payload({ a: '1', b: '2' }, 0o600));
    assert.notEqual(version(), first);
    await writeAtomically(folder, payload({ a: 'x', c: '3' }));
    assert.deepEqual(readdirSync(folder).sort(), [version(), '..data', 'a', 'c'].sort());
    assert.deepEqual([read('a'), read('c')], ['x', '3']);
    await writeAtomically(folder, new Map());
    assert.deepEqual(readdirSync(folder).sort(), [version(), '..data'].sort());
  });

  it('gives a key the place of an empty folder', async () => {
    mkdirSync(join(folder, 'a'), { recursive: true });
    await writeAtomically(folder, payload({ a: '1' }));
    assert.ok(lstatSync(join(folder, 'a')).isSymbolicLink());
    assert.equal(read('a'), '1');
  });

  for (const fault of ['volumes.written', 'volumes.swapped']) {
    it(`is finished by the next after death at ${fault}`, async () => {
      await writeAtomically(folder, payload({ a: '1', b: '2' }));
      const script = `
        const { writeAtomically } = await import(${JSON.stringify(source)});
        await writeAtomically(${JSON.stringify(folder)}, new Map([['a', { data: Buffer.from('x'), mode: 0o644 }]]));`;
      const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, POD_TEST: '1', POD_FAULT: fault },
        encoding: 'utf8',
      });
      assert.equal(signal, 'SIGKILL', stderr);
      assert.equal(read('a'), fault === 'volumes.written' ? '1' : 'x');
      await writeAtomically(folder, payload({ a: 'x' }));
      assert.deepEqual(readdirSync(folder).sort(), [version(), '..data', 'a'].sort());
      assert.equal(read('a'), 'x');
    });
  }
});
