import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { StateError } from '../../../src/errors/state-error.ts';
import { SystemError } from '../../../src/errors/system-error.ts';
import { acquire, tryAcquire, withLock } from '../../../src/host/lock.ts';
import { LOCK_TYPE, native } from '../../../src/host/native.ts';

const taker = fileURLToPath(new URL('./lock-taker.ts', import.meta.url));

function take(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [taker, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  assert.ok(child.stdout);
  yield* createInterface({ input: child.stdout });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

describe('lock', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const exclusive = () => ({ path, mode: 'exclusive', rank: 0 }) as const;
  const shared = () => ({ path, mode: 'shared', rank: 0 }) as const;

  describe('exclusion', () => {
    it('exclusive against exclusive and shared, shared beside shared', () => {
      using first = tryAcquire(shared());
      using second = tryAcquire(shared());
      assert.ok(first && second);
      assert.equal(tryAcquire(exclusive()), undefined);
      first.release();
      assert.equal(tryAcquire(exclusive()), undefined);
      second.release();
      using third = tryAcquire(exclusive());
      assert.ok(third);
      assert.equal(tryAcquire(shared()), undefined);
    });

    it('release may be repeated and frees once', () => {
      const first = tryAcquire(exclusive());
      first?.release();
      first?.release();
      using second = tryAcquire(exclusive());
      assert.ok(second);
      first?.release();
      assert.equal(tryAcquire(exclusive()), undefined);
    });

    it('honours a POSIX record lock of another process and is seen by its kind', async () => {
      using lock = await acquire(exclusive());
      const descriptor = openSync(path, 'r+');
      assert.deepEqual(native().lockInTheWay(descriptor, LOCK_TYPE.read, false), [LOCK_TYPE.write, -1]);
      assert.equal(native().lock(descriptor, LOCK_TYPE.read, false), false);
      closeSync(descriptor);
      assert.equal(lock.mode, 'exclusive');
    });

    it('locks the file that is at the path, though a holder removes it', async () => {
      const first = await acquire(exclusive());
      const waiting = acquire(exclusive());
      rmSync(path);
      first.release();
      using second = await waiting;
      assert.equal(tryAcquire(exclusive()), undefined);
      assert.equal(second.path, path);
    });

    it('a body that throws frees the lock', async () => {
      await assert.rejects(
        withLock(exclusive(), () => {
          throw new RangeError('x');
        }),
        RangeError,
      );
      assert.ok(tryAcquire(exclusive())?.release !== undefined);
    });

    it('a missing folder is an error for the one who asks', async () => {
      const request = { ...exclusive(), path: join(folder, 'no', 'lock') };
      await assert.rejects(
        acquire(request),
        (error) => error instanceof SystemError && error.errno === 'ENOENT',
      );
      assert.throws(() => tryAcquire(request), SystemError);
    });
  });

  describe('fairness', () => {
    it('first come, first served, neighbouring readers together', async () => {
      const order: string[] = [];
      const first = await acquire(exclusive());
      let readers = 0;
      let together = 0;
      const reader = (name: string) =>
        withLock(shared(), async () => {
          order.push(name);
          together = Math.max(together, ++readers);
          await new Promise((resolve) => setTimeout(resolve, 5));
          readers--;
        });
      const writer = (name: string) => withLock(exclusive(), () => void order.push(name));
      const all = [writer('w1'), reader('r1'), reader('r2'), writer('w2'), reader('r3')];
      first.release();
      await Promise.all(all);
      assert.deepEqual(order, ['w1', 'r1', 'r2', 'w2', 'r3']);
      assert.equal(together, 2);
    });

    it('nobody overtakes a waiter', async () => {
      using first = tryAcquire(shared());
      const writer = acquire(exclusive());
      assert.equal(tryAcquire(shared()), undefined);
      first?.release();
      (await writer).release();
    });

    it('a busy process lets others have their turn', async () => {
      let stop = false;
      const busy = Array.from({ length: 3 }, async () => {
        while (!stop) await withLock(exclusive(), () => new Promise((resolve) => setTimeout(resolve, 2)));
      });
      const other = take('wait', path);
      const lines: string[] = [];
      for await (const line of linesOf(other)) lines.push(line);
      stop = true;
      await Promise.all(busy);
      assert.deepEqual(lines, ['waiting', 'taken']);
    });
  });

  describe('a waiter leaves', () => {
    it('when its signal aborts, with the reason, and the next is served', async () => {
      const first = await acquire(exclusive());
      const controller = new AbortController();
      const second = acquire({ ...exclusive(), signal: controller.signal });
      const third = acquire(exclusive());
      const reason = new Error('enough');
      controller.abort(reason);
      await assert.rejects(second, reason);
      first.release();
      (await third).release();
      await assert.rejects(acquire({ ...exclusive(), signal: controller.signal }), reason);
    });

    it('when its time is up, with LOCK_TIMEOUT', async () => {
      using lock = await acquire(exclusive());
      await assert.rejects(
        acquire({ ...shared(), timeout: 20 }),
        (error) => error instanceof StateError && error.code === 'LOCK_TIMEOUT',
      );
      assert.equal(lock.path, path);
    });

    it('at SIGINT, while another process holds the lock', async () => {
      using lock = await acquire(exclusive());
      const child = take('wait', path);
      const lines: string[] = [];
      for await (const line of linesOf(child)) {
        lines.push(line);
        if (line === 'waiting') child.kill('SIGINT');
      }
      await ended(child);
      assert.deepEqual(lines, ['waiting', 'interrupted']);
      assert.equal(lock.path, path);
    });
  });

  describe('between processes', () => {
    it('the lock of a killed process is free', async () => {
      const child = take('hold', path);
      for await (const line of linesOf(child)) {
        assert.equal(line, 'held');
        assert.equal(tryAcquire(exclusive()), undefined);
        child.kill('SIGKILL');
      }
      await ended(child);
      (await acquire({ ...exclusive(), timeout: 20_000 })).release();
    });

    it('20 tasks here and 20 in each of 5 processes count right, during file I/O', async () => {
      const counter = join(folder, 'counter');
      writeFileSync(counter, '0');
      let counting = true;
      const noise = Array.from({ length: 8 }, async (_, index) => {
        for (const file = join(folder, `noise-${index}`); counting; ) {
          await writeFile(file, 'x'.repeat(10_000));
          await readFile(file);
        }
      });
      const children = Array.from({ length: 5 }, () => take('count', path, counter, '20', '3'));
      const here = Array.from({ length: 20 }, async () => {
        for (let round = 0; round < 3; round++) {
          await withLock(exclusive(), async () => {
            await writeFile(counter, String(Number(await readFile(counter, 'utf8')) + 1));
          });
        }
      });
      await Promise.all([...here, ...children.map(ended)]);
      counting = false;
      await Promise.all(noise);
      assert.deepEqual(
        children.map((child) => child.exitCode),
        [0, 0, 0, 0, 0],
      );
      assert.equal(readFileSync(counter, 'utf8'), String(6 * 20 * 3));
    });
  });

  describe('the order of locks', () => {
    const at = (name: string, rank: number) =>
      ({ path: join(folder, name), mode: 'exclusive', rank }) as const;

    it('by rank, and by path within a rank', async () => {
      await withLock(at('a', 1), () => withLock(at('b', 1), () => withLock(at('a2', 2), () => undefined)));
    });

    const wrong: readonly { outer: [string, number]; inner: [string, number] }[] = [
      { outer: ['a', 2], inner: ['b', 1] },
      { outer: ['b', 1], inner: ['a', 1] },
      { outer: ['a', 1], inner: ['a', 1] },
    ];
    for (const { outer, inner } of wrong) {
      it(`is asserted: not ${inner.join()} within ${outer.join()}`, async () => {
        await withLock(at(...outer), async () => {
          await assert.rejects(acquire(at(...inner)), { code: 'ERR_ASSERTION' });
          assert.throws(() => tryAcquire(at(...inner)), { code: 'ERR_ASSERTION' });
        });
      });
    }

    it('does not bind what a body left running after its lock was released', async () => {
      const later = Promise.withResolvers<void>();
      let running: Promise<void> = Promise.resolve();
      await withLock(at('b', 2), () => {
        running = later.promise.then(() => withLock(at('a', 1), () => undefined));
      });
      later.resolve();
      await running;
    });
  });

  it('leaks no descriptor', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let round = 0; round < 300; round++) {
      using lock = await acquire(exclusive());
      assert.equal(tryAcquire(exclusive()), undefined);
      await assert.rejects(acquire({ ...exclusive(), signal: AbortSignal.abort() }));
      assert.equal(lock.mode, 'exclusive');
    }
    assert.equal(open(), before);
  });
});
