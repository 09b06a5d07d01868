import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemError } from '../../../src/errors/system-error.ts';
import { createBallast } from '../../../src/state/ballast.ts';

const full = () => new SystemError({ errno: 'ENOSPC', syscall: 'write' });

describe('ballast', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-ballast-'));
    path = join(folder, 'ballast');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is given up for work that finds the disk full, which then is done again', async () => {
    const ballast = createBallast(path);
    await ballast.take();
    assert.ok(statSync(path).size > 0);
    const work = async () => {
      if (existsSync(path)) throw full();
      return 'done';
    };
    assert.equal(await ballast.relieve(work), 'done');
    await ballast.take();
    assert.ok(existsSync(path));
  });

  it('is kept when work succeeds, or fails for another reason', async () => {
    const ballast = createBallast(path);
    await ballast.take();
    assert.equal(await ballast.relieve(async () => 1), 1);
    const refused = new SystemError({ errno: 'EROFS', syscall: 'open' });
    await assert.rejects(
      ballast.relieve(async () => {
        throw refused;
      }),
      refused,
    );
    assert.ok(existsSync(path));
  });

  it('does not hide that there is still no room', async () => {
    let times = 0;
    const failing = async () => {
      times += 1;
      throw full();
    };
    await assert.rejects(createBallast(path).relieve(failing), SystemError);
    assert.equal(times, 2);
  });
});
