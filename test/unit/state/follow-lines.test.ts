import { strict as assert } from 'node:assert';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followLines } from '../../../src/state/follow-lines.ts';

describe('following the lines of a file', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-follow-'));
    path = join(folder, 'events.log');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** What comes while `write` writes, until so many lines have come. */
  async function lines(count: number, write: () => void): Promise<readonly string[]> {
    const abort = new AbortController();
    const found: string[] = [];
    const following = (async () => {
      for await (const line of followLines(path, abort.signal)) {
        found.push(line);
        if (found.length === count) abort.abort();
      }
    })();
    write();
    await following;
    return found;
  }

  it('leaves out what was there before', async () => {
    writeFileSync(path, 'old\n');
    assert.deepEqual(await lines(2, () => appendFileSync(path, 'new\nnewer\n')), ['new', 'newer']);
  });

  it('waits for a file that is not there yet', async () => {
    assert.deepEqual(await lines(1, () => writeFileSync(path, 'first\n')), ['first']);
  });

  it('joins a line that comes in parts, in the middle of a character too', async () => {
    const bytes = Buffer.from('grün\n');
    const write = () => {
      appendFileSync(path, bytes.subarray(0, 3));
      setTimeout(() => appendFileSync(path, bytes.subarray(3)), 20);
    };
    assert.deepEqual(await lines(1, write), ['grün']);
  });

  it('goes on in the successor of a file that was renamed away', async () => {
    writeFileSync(path, '');
    const write = () => {
      appendFileSync(path, 'last of the old\n');
      renameSync(path, `${path}.1`);
      writeFileSync(path, 'first of the new\n');
    };
    assert.deepEqual(await lines(2, write), ['last of the old', 'first of the new']);
  });

  it('ends at once when nobody listens any more', async () => {
    const followed = followLines(path, AbortSignal.abort());
    assert.deepEqual(await followed.next(), { done: true, value: undefined });
  });
});
