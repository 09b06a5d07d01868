import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemError } from '../../../src/errors/system-error.ts';
import {
  createFile,
  ensureFolder,
  listFolder,
  readFile,
  readJson,
  removeEmptyFolder,
  removeFile,
  removeTree,
  replaceFile,
} from '../../../src/host/files.ts';

describe('files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);

  describe('replaceFile', () => {
    for (const durable of [false, true]) {
      it(`writes and replaces, durable ${durable}, with the mode asked for and nothing beside it`, async () => {
        await replaceFile(at('a'), 'one', { durable });
        await replaceFile(at('a'), Buffer.from('two'), { durable, mode: 0o666 });
        assert.equal(readFileSync(at('a'), 'utf8'), 'two');
        assert.equal(statSync(at('a')).mode & 0o777, 0o666);
        assert.deepEqual(readdirSync(folder), ['a']);
      });
    }

    it('leaves the old file and no temporary one when it fails', async () => {
      mkdirSync(join(folder, 'a', 'full'), { recursive: true });
      await assert.rejects(
        replaceFile(at('a'), 'x'),
        (error) => error instanceof SystemError && error.errno === 'EISDIR',
      );
      assert.deepEqual(readdirSync(folder), ['a']);
    });

    it('replaces a link, not what it leads to', async () => {
      writeFileSync(at('target'), 'kept');
      symlinkSync('target', at('link'));
      await replaceFile(at('link'), 'new');
      assert.equal(readFileSync(at('target'), 'utf8'), 'kept');
      assert.ok(lstatSync(at('link')).isFile());
    });
  });

  it('creates a file only where there is none', async () => {
    assert.equal(await createFile(at('a'), 'one'), true);
    assert.equal(await createFile(at('a'), 'two'), false);
    assert.equal(readFileSync(at('a'), 'utf8'), 'one');
  });

  it('reads files of every size up to the cap, and absence as undefined', () => {
    for (const size of [0, 1, 16_384, 16_385, 1_000_000]) {
      writeFileSync(at('a'), Buffer.alloc(size, 7));
      assert.deepEqual(readFile(at('a')), Buffer.alloc(size, 7));
    }
    assert.throws(
      () => readFile(at('a'), 999_999),
      (error) => error instanceof SystemError && error.errno === 'EFBIG',
    );
    assert.equal(readFile(at('none')), undefined);
    assert.equal(readFile(join(at('a'), 'below')), undefined);
    assert.equal(readJson(at('none')), undefined);
    assert.deepEqual(listFolder(at('none')), []);
  });

  it('makes folders with their mode, and leaves those that exist', () => {
    mkdirSync(at('old'), { mode: 0o755 });
    ensureFolder(join(folder, 'old', 'x', 'y'), { mode: 0o777, durable: true });
    assert.equal(statSync(at('old')).mode & 0o777, 0o755);
    assert.equal(statSync(join(folder, 'old', 'x')).mode & 0o777, 0o777);
    ensureFolder(join(folder, 'old', 'x', 'y'));
    assert.equal(statSync(join(folder, 'old', 'x', 'y')).mode & 0o777, 0o777);
    assert.equal(removeEmptyFolder(join(folder, 'old', 'x')), false);
    assert.equal(removeEmptyFolder(join(folder, 'old', 'x', 'y')), true);
    assert.equal(removeFile(at('none')), false);
  });

  describe('removeTree', () => {
    it('removes links without following them', async () => {
      mkdirSync(at('kept'));
      writeFileSync(join(folder, 'kept', 'file'), 'x');
      mkdirSync(join(folder, 'tree', 'sub'), { recursive: true });
      symlinkSync(at('kept'), join(folder, 'tree', 'sub', 'link'));
      symlinkSync(at('kept'), at('top'));
      await removeTree(at('tree'));
      await removeTree(at('top'));
      await removeTree(at('none'));
      await removeTree(join(folder, 'none', 'below'));
      assert.deepEqual(readdirSync(folder), ['kept']);
      assert.ok(existsSync(join(folder, 'kept', 'file')));
    });

    it('removes trees deeper than descriptors and path names reach, and wide ones', async () => {
      const start = process.cwd();
      mkdirSync(at('tree'));
      process.chdir(at('tree'));
      for (let depth = 0; depth < 2500; depth += 1) {
        mkdirSync('a');
        writeFileSync('f', '');
        process.chdir('a');
      }
      process.chdir(start);
      for (let width = 0; width < 600; width += 1) writeFileSync(join(folder, 'tree', `w${width}`), '');
      await removeTree(at('tree'));
      assert.deepEqual(readdirSync(folder), []);
    });
  });
});
