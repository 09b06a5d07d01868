import assert from 'node:assert/strict';
import { exec } from '../../../src/host/exec.ts';
import { identify, isAlive, kill, waitForEnd } from '../../../src/host/process.ts';

const SIGTERM = 15;

/** A pid that no process has: the kernel's largest is 4194304. */
const NOBODY = 4_194_305;

describe('process', () => {
  it('knows a running process by pid and start', () => {
    const self = identify(process.pid);
    assert.ok(self);
    assert.match(self.start, /^\d+$/);
    assert.equal(isAlive(self), true);
  });

  it('knows a process whose name holds spaces and parentheses', async () => {
    const child = await exec.start({ argv: ['sh', '-c', 'printf "a) R (b" > /proc/self/comm; sleep 60'] });
    const identity = identify(child.pid);
    assert.match(identity?.start ?? '', /^\d+$/);
    child.kill(SIGTERM);
    await child.ended;
  });

  it('takes another start for another process', () => {
    const stranger = { pid: process.pid, start: '1' };
    assert.equal(isAlive(stranger), false);
    assert.equal(kill(stranger, SIGTERM), false);
  });

  it('finds nobody where nobody is', async () => {
    assert.equal(identify(NOBODY), undefined);
    assert.equal(kill({ pid: NOBODY, start: '1' }, SIGTERM), false);
    await waitForEnd({ pid: NOBODY, start: '1' });
  });

  it('kills, and notices the end of a process that it waits for', async () => {
    const child = await exec.start({ argv: ['sleep', '60'] });
    const identity = identify(child.pid);
    assert.ok(identity);
    const end = waitForEnd(identity);
    assert.equal(kill(identity, SIGTERM), true);
    await end;
    assert.deepEqual(await child.ended, { signal: 'SIGTERM' });
    assert.equal(isAlive(identity), false);
  });

  it('gives up waiting when the signal aborts', async () => {
    const child = await exec.start({ argv: ['sleep', '60'] });
    const identity = identify(child.pid);
    assert.ok(identity);
    const reason = new Error('enough');
    const controller = new AbortController();
    const end = waitForEnd(identity, controller.signal);
    controller.abort(reason);
    await assert.rejects(end, reason);
    child.kill(SIGTERM);
    await child.ended;
  });
});
