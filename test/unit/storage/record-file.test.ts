import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '../../../src/errors/storage-error.ts';
import { RecordFile } from '../../../src/storage/record-file.ts';

interface Record {
  readonly id: string;
  readonly [key: string]: unknown;
}

describe('RecordFile', () => {
  let folder: string;
  let lasting: string;
  let volatile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'record-file-'));
    lasting = join(folder, 'layers.json');
    volatile = join(folder, 'volatile-layers.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = () => new RecordFile<Record>(lasting, volatile);
  const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

  it('is empty without a file, and writes nothing unless changed', async () => {
    const file = open();
    assert.deepEqual(file.all(), []);
    await file.save();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('puts each record back to the file it came from, with what it does not know', async () => {
    writeFileSync(lasting, '[{"id":"a","toc-digest":"sha256:x","nested":{"deep":[1,null]}},{"id":"b"}]');
    writeFileSync(volatile, '[{"id":"c","unknown":true},{"id":"d"}]');
    const file = open();
    assert.deepEqual(
      file.all().map(({ id }) => id),
      ['a', 'b', 'c', 'd'],
    );
    file.add({ id: 'e' });
    file.put({ ...(file.get('c') ?? { id: 'c' }), names: ['n'] });
    file.remove('b');
    file.remove('d');
    assert.ok(file.changed);
    await file.save();
    assert.ok(!file.changed);
    assert.deepEqual(json(lasting), [
      { id: 'a', 'toc-digest': 'sha256:x', nested: { deep: [1, null] } },
      { id: 'e' },
    ]);
    assert.deepEqual(json(volatile), [{ id: 'c', unknown: true, names: ['n'] }]);
    assert.equal(statSync(lasting).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder).sort(), ['layers.json', 'volatile-layers.json']);
  });

  it('leaves a file alone that has not changed', async () => {
    writeFileSync(lasting, '[ {"id":"a"} ]');
    const file = open();
    file.remove('absent');
    file.put({ id: 'absent' });
    await file.save();
    assert.equal(readFileSync(lasting, 'utf8'), '[ {"id":"a"} ]');
    assert.ok(!existsSync(volatile));
  });

  it("takes Go's null for an empty list", () => {
    writeFileSync(lasting, 'null');
    assert.deepEqual(open().all(), []);
  });

  for (const text of ['', '{', '{}', '[1]', '[{"id":1}]', '[{}]']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      writeFileSync(lasting, text);
      assert.throws(open, (error) => error instanceof StorageError && error.code === 'STORE_CORRUPT');
    });
  }
});
