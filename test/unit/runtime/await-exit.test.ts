import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { awaitExit } from '../../../src/runtime/await-exit.ts';

/** Larger than any number of a process (PID_MAX_LIMIT). */
const nobody = 2 ** 22 + 1;

describe('waiting for the end of a container', () => {
  let folder: string;
  const wait = () => ({ id: 'x', bundle: join(folder, 'bundle'), conmonPid: nobody });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-unit-'));
    mkdirSync(wait().bundle);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('ends with what conmon left', async () => {
    writeFileSync(join(wait().bundle, 'x'), '7');
    equal((await awaitExit(wait()))?.exitCode, 7);
  });

  it('ends without anything when conmon has died', async () => {
    deepEqual(await awaitExit(wait()), undefined);
  });

  it('ends when the container was removed meanwhile', async () => {
    rmSync(wait().bundle, { recursive: true });
    deepEqual(await awaitExit(wait()), undefined);
  });

  it('rejects with the reason of an abort', async () => {
    const reason = new Error('enough');
    await rejects(awaitExit({ ...wait(), signal: AbortSignal.abort(reason) }), reason);
  });
});
