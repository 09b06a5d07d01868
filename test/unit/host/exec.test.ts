import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../../src/contracts/exec.ts';
import { type ProcessCode, ProcessError } from '../../../src/errors/process-error.ts';
import { SystemError } from '../../../src/errors/system-error.ts';
import { exec } from '../../../src/host/exec.ts';

const sh = (script: string): Command['argv'] => ['sh', '-c', script];
const openDescriptors = () => readdirSync('/proc/self/fd').length;

describe('exec', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-exec-'));
    writeFileSync(join(folder, 'plain'), '', { mode: 0o644 });
    writeFileSync(join(folder, 'orphan'), '#!/no/such/interpreter\n', { mode: 0o755 });
    writeFileSync(join(folder, 'garbage'), '\x7fELF no', { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true }));

  describe('how it ended', () => {
    const cases: readonly { script: string; status?: number; signal?: string }[] = [
      { script: 'exit 0', status: 0 },
      { script: 'exit 255', status: 255 },
      { script: 'kill -9 $$', signal: 'SIGKILL' },
      { script: 'kill -34 $$', signal: 'SIG34' },
    ];
    for (const { script, ...end } of cases) {
      it(script, async () => {
        assert.deepEqual(await exec.complete({ argv: sh(script) }), {
          argv: sh(script),
          stdout: '',
          stderr: '',
          ...end,
        });
      });
    }

    it('run returns stdout of a success', async () => {
      assert.equal(await exec.run({ argv: sh('echo out; echo err >&2') }), 'out\n');
    });

    it('run throws with status and stderr of a failure', async () => {
      const error = await rejection(exec.run({ argv: sh('echo why >&2; exit 7') }));
      assert.ok(error instanceof ProcessError);
      assert.deepEqual(
        { code: error.code, status: error.status, signal: error.signal, stderr: error.stderr },
        { code: 'FAILED', status: 7, signal: undefined, stderr: 'why\n' },
      );
    });
  });

  describe('what cannot run', () => {
    const cases: readonly { argv0: () => string; code: ProcessCode }[] = [
      { argv0: () => 'no-such-program-anywhere', code: 'NOT_FOUND' },
      { argv0: () => '/no/such/program', code: 'NOT_FOUND' },
      { argv0: () => '', code: 'NOT_FOUND' },
      { argv0: () => join(folder, 'plain'), code: 'NOT_EXECUTABLE' },
      { argv0: () => folder, code: 'NOT_EXECUTABLE' },
      { argv0: () => join(folder, 'orphan'), code: 'NOT_EXECUTABLE' },
      { argv0: () => join(folder, 'garbage'), code: 'NOT_EXECUTABLE' },
    ];
    for (const [index, { argv0, code }] of cases.entries()) {
      it(`case ${index} is ${code}, for every verb`, async () => {
        for (const verb of [exec.complete, exec.run, exec.start]) {
          const error = await rejection(verb({ argv: [argv0()] }));
          assert.ok(error instanceof ProcessError, String(error));
          assert.equal(error.code, code);
        }
      });
    }

    it('a missing working folder is no missing program', async () => {
      const error = await rejection(exec.run({ argv: ['true'], cwd: '/no/such/folder' }));
      assert.ok(error instanceof SystemError);
      assert.deepEqual([error.errno, error.syscall, error.path], ['ENOENT', 'chdir', '/no/such/folder']);
    });
  });

  describe('what the child gets', () => {
    it('stdin whole, of any size, text or bytes', async () => {
      const bytes = Buffer.alloc(3_000_000, 0x61);
      assert.equal(await exec.run({ argv: ['wc', '-c'], stdin: bytes }), '3000000\n');
      assert.equal(await exec.run({ argv: ['cat'], stdin: 'grüße' }), 'grüße');
    });

    it('stdin may be left unread', async () => {
      assert.equal(await exec.run({ argv: ['true'], stdin: 'x'.repeat(1_000_000) }), '');
    });

    it('/dev/null without stdin', async () => {
      assert.equal(await exec.run({ argv: ['readlink', '/proc/self/fd/0'] }), '/dev/null\n');
    });

    it('the environment and the folder asked for, and nothing else', async () => {
      const env = { A: '1', B: 'x=y' };
      assert.equal(await exec.run({ argv: ['env'], env }), 'A=1\nB=x=y\n');
      assert.equal(await exec.run({ argv: ['pwd'], cwd: '/' }), '/\n');
    });

    it('a PATH of its own is where the program is looked for', async () => {
      writeFileSync(join(folder, 'only-here'), '#!/bin/sh\necho found\n', { mode: 0o755 });
      const env = { PATH: `/usr/bin:${folder}` };
      assert.equal(await exec.run({ argv: ['only-here'], env }), 'found\n');
    });

    it('programs of administrators, whatever PATH says', async () => {
      assert.equal(await exec.run({ argv: ['sh', '-c', 'echo sh'], env: { PATH: '/nowhere' } }), 'sh\n');
    });

    it('only the descriptors asked for, also when they trade places', async () => {
      const a = openSync(join(folder, 'plain'), 'r');
      const b = openSync(join(folder, 'orphan'), 'r');
      try {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const out = await exec.run({
          argv: sh('for n in /proc/self/fd/*; do echo "${n##*/} $(readlink "$n")"; done'),
          descriptors: { [low]: high, [high]: low, 9: low },
        });
        const path = (descriptor: number) => join(folder, descriptor === a ? 'plain' : 'orphan');
        const numbered = new Map(
          out
            .trim()
            .split('\n')
            .map((line) => line.split(' ', 2) as [string, string])
            .filter(([, target]) => target.startsWith(folder)),
        );
        assert.deepEqual(
          numbered,
          new Map(
            [
              ['9', path(low)],
              [String(low), path(high)],
              [String(high), path(low)],
            ].sort() as [string, string][],
          ),
        );
      } finally {
        closeSync(a);
        closeSync(b);
      }
    });

    it('default signals: none blocked, none ignored, SIGPIPE not either', async () => {
      const status = await exec.run({ argv: ['grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status'] });
      const sets = [...status.matchAll(/[0-9a-f]{16}/g)].map(([digits]) => BigInt(`0x${digits}`));
      // 32 and 33 are the C library's own, for threads.
      assert.deepEqual(
        sets.map((set) => set & ~0x1_8000_0000n),
        [0n, 0n],
      );
    });

    it('a session of its own if asked', async () => {
      const session = async (newSession: boolean) => {
        const stat = await exec.run({ argv: ['cat', '/proc/self/stat'], newSession });
        const [pid, , , , , sid] = stat.split(' ');
        return sid === pid;
      };
      assert.deepEqual([await session(true), await session(false)], [true, false]);
    });
  });

  describe('output', () => {
    it('of both streams, larger than pipes hold', async () => {
      const script = 'head -c 5000000 /dev/zero; head -c 4000000 /dev/zero >&2';
      const { stdout, stderr } = await exec.complete({ argv: sh(script) });
      assert.deepEqual([stdout.length, stderr.length], [5_000_000, 4_000_000]);
    });

    it('without bound ends the child', async () => {
      const error = await rejection(exec.run({ argv: ['cat', '/dev/zero'] }));
      assert.ok(error instanceof ProcessError);
      assert.deepEqual([error.code, error.signal], ['FAILED', 'SIGKILL']);
    });

    it('is complete at the end of the child, though a descendant keeps the pipe', async () => {
      const script = 'sleep 60 & echo $!';
      const before = performance.now();
      const pid = Number(await exec.run({ argv: sh(script) }));
      assert.ok(performance.now() - before < 30_000);
      process.kill(pid, 'SIGKILL');
    });

    it('has only the end of a long stderr in its error', async () => {
      const script = 'head -c 9000 /dev/zero | tr "\\0" "ä" >&2; echo last >&2; exit 1';
      const error = await rejection(exec.run({ argv: sh(script) }));
      assert.ok(error instanceof ProcessError);
      assert.ok(error.stderr.length <= 4096 && error.stderr.endsWith('last\n'));
      assert.ok(!error.stderr.includes('\ufffd') || error.stderr.charCodeAt(0) !== 0xfffd);
    });
  });

  describe('time', () => {
    it('kills what takes too long', async () => {
      const error = await rejection(exec.run({ argv: sh('echo begun >&2; sleep 60'), timeout: 200 }));
      assert.ok(error instanceof ProcessError);
      assert.deepEqual([error.code, error.stderr], ['TIMED_OUT', 'begun\n']);
    });

    it('leaves in peace what is fast enough', async () => {
      assert.equal(await exec.run({ argv: ['echo', 'x'], timeout: 60_000 }), 'x\n');
    });
  });

  describe('start', () => {
    it('gives the child the descriptors and tells its end', async () => {
      const file = join(folder, 'out');
      const out = openSync(file, 'w');
      const child = await exec.start({ argv: sh('echo hello; exit 4'), descriptors: { 1: out } });
      closeSync(out);
      assert.deepEqual(await child.ended, { status: 4 });
      assert.equal(readFileSync(file, 'utf8'), 'hello\n');
      child.kill(9);
    });

    it('leaves no zombie when nobody asks for the end', async () => {
      const child = await exec.start({ argv: ['true'] });
      while (existsSync(`/proc/${child.pid}`)) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(await child.ended, { status: 0 });
    });

    it('does not keep the process alive unless its end is asked for', async () => {
      const program = (rest: string) => `
        import { exec } from ${JSON.stringify(new URL('../../../src/host/exec.ts', import.meta.url).href)};
        const child = await exec.start({ argv: ['sleep', '1'] });
        ${rest}
      `;
      const node = async (rest: string) => {
        const before = performance.now();
        await exec.run({ argv: [process.execPath, '--input-type=module', '-e', program(rest)] });
        return performance.now() - before;
      };
      assert.ok((await node('await child.ended;')) >= 1000);
      assert.equal(
        await exec.run({ argv: [process.execPath, '--input-type=module', '-e', program('console.log(1)')] }),
        '1\n',
      );
    });
  });

  it('leaks no descriptor over 1000 children, some of which cannot run', async () => {
    await exec.run({ argv: ['true'] });
    const before = openDescriptors();
    for (let round = 0; round < 50; round++) {
      await Promise.all([
        ...Array.from({ length: 18 }, () => exec.run({ argv: ['true'], stdin: 'x' })),
        assert.rejects(exec.run({ argv: ['/no/such/program'], stdin: 'x' })),
        exec.start({ argv: ['true'] }).then((child) => child.ended),
      ]);
    }
    assert.equal(openDescriptors(), before);
  });
});

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('it did not reject');
}
