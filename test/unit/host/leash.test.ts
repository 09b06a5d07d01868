import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { installFolder } from '../../../src/host/native.ts';

const LEASH = join(installFolder(), 'build', 'leash');

/** A process on a leash whose other end is `go`. */
function leashed(...argv: readonly string[]) {
  const child = spawn(LEASH, argv, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let stdout = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, stdout }));
  return { go: child.stdio[3] as Writable, ended };
}

describe('leash', () => {
  it('becomes the program once it is told to, without the pipe', async () => {
    const { go, ended } = leashed('3', '/bin/sh', '-c', 'echo "$1"; test ! -e /proc/self/fd/3', 'sh', 'a b');
    go.write('\0');
    assert.deepEqual(await ended, { code: 0, stdout: 'a b\n' });
  });

  it('ends without the program when whoever holds the other end has gone', async () => {
    const { go, ended } = leashed('3', '/bin/echo', 'begun');
    go.destroy();
    assert.deepEqual(await ended, { code: 1, stdout: '' });
  });

  it('fails for a program that is not there, and without one', async () => {
    const missing = leashed('3', '/nowhere');
    missing.go.write('\0');
    assert.equal((await missing.ended).code, 1);
    assert.equal((await leashed('3').ended).code, 1);
    assert.equal((await leashed('x', '/bin/true').ended).code, 1);
  });
});
