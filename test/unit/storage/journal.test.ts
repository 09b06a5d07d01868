import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../../src/storage/journal.ts';

describe('a journal of work on the image store', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps what a dead command wrote when its heir adds to it', async () => {
    const first = { type: 'layer', id: 'a'.repeat(64) } as const;
    const more = { type: 'folder', name: 'b'.repeat(64) } as const;
    {
      using journal = await Journal.open(folder);
      journal.add(first);
    }
    const [heir, ...others] = Journal.abandoned(folder);
    assert.ok(heir);
    assert.deepEqual(others, []);
    heir.add(more);
    assert.deepEqual(heir.traces(), [first, more]);
    heir.finish();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is nobody else’s while its writer lives', async () => {
    using journal = await Journal.open(folder);
    assert.deepEqual(Journal.abandoned(folder), []);
    journal.finish();
  });
});
