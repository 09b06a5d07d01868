import { strict as assert } from 'node:assert';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderSize } from '../../../src/host/folder-size.ts';

it('the size of a folder counts files with several links once, and follows no link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pod-size-'));
  try {
    const empty = await folderSize(folder);
    writeFileSync(join(folder, 'file'), Buffer.alloc(1_000_000, 1));
    linkSync(join(folder, 'file'), join(folder, 'again'));
    mkdirSync(join(folder, 'inner'));
    symlinkSync('/usr', join(folder, 'inner', 'link'));
    const size = (await folderSize(folder)) - empty;
    assert.ok(size >= 1_000_000 && size < 1_100_000, String(size));
    assert.equal(await folderSize(join(folder, 'nothing')), 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
