import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { SystemError } from '../../../src/errors/system-error.ts';
import { installFolder, LOCK_TYPE, native } from '../../../src/host/native.ts';

describe('the native binding', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-native-'));
    file = join(folder, 'file');
    writeFileSync(file, 'content');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe('the install folder', () => {
    for (const mark of ['build/pod.node', 'native/build.sh']) {
      it(`is found by ${mark}, from the sources and from a bundle with a package.json of its own`, () => {
        mkdirSync(join(folder, dirname(mark)));
        writeFileSync(join(folder, mark), '');
        mkdirSync(join(folder, 'dist', 'chunks'), { recursive: true });
        writeFileSync(join(folder, 'dist', 'package.json'), '{}');
        for (const start of ['dist', 'dist/chunks', '.']) {
          assert.equal(installFolder(join(folder, start)), folder);
        }
      });
    }
  });

  describe('failures', () => {
    it('are SystemErrors with errno, system call and path', () => {
      const path = join(folder, 'none');
      const cases: readonly { call: () => unknown; errno: string; syscall: string; path?: string }[] = [
        { call: () => native().lutimes(path, 0n, 0n), errno: 'ENOENT', syscall: 'utimensat', path },
        { call: () => native().mknod(file, 0o010600, 0, 0), errno: 'EEXIST', syscall: 'mknod', path: file },
        { call: () => native().lgetxattr(path, 'user.x'), errno: 'ENOENT', syscall: 'lgetxattr', path },
        {
          call: () => native().lsetxattr(path, 'user.x', Buffer.of()),
          errno: 'ENOENT',
          syscall: 'lsetxattr',
          path,
        },
        { call: () => native().lremovexattr(path, 'user.x'), errno: 'ENOENT', syscall: 'lremovexattr', path },
        { call: () => native().llistxattr(path), errno: 'ENOENT', syscall: 'llistxattr', path },
        { call: () => native().openat2(-1, 'x', 0, 0, 0), errno: 'EBADF', syscall: 'openat2', path: 'x' },
        { call: () => native().close(-1), errno: 'EBADF', syscall: 'close' },
        { call: () => native().read(-1, Buffer.alloc(1)), errno: 'EBADF', syscall: 'read' },
        { call: () => native().write(-1, Buffer.alloc(1)), errno: 'EBADF', syscall: 'write' },
        { call: () => native().lock(-1, LOCK_TYPE.read, true), errno: 'EBADF', syscall: 'fcntl' },
        { call: () => native().pidfdOpen(4_194_305), errno: 'ESRCH', syscall: 'pidfd_open' },
        { call: () => native().watch(-1, () => undefined), errno: 'EBADF', syscall: 'epoll_ctl' },
        {
          call: () => native().holdPort(6, 'localhost', 1),
          errno: 'EINVAL',
          syscall: 'getaddrinfo',
          path: 'localhost',
        },
      ];
      for (const { call, ...expected } of cases) {
        assert.throws(call, (error) => {
          assert.ok(error instanceof SystemError, String(error));
          assert.deepEqual(
            { errno: error.errno, syscall: error.syscall, path: error.path },
            { path: undefined, ...expected },
          );
          return true;
        });
      }
    });

    it('of slow calls are rejections', async () => {
      const target = join(folder, 'none');
      await assert.rejects(
        native().mount(null, target, 'tmpfs', 0, null, null),
        (error) => error instanceof SystemError && error.path === target,
      );
    });

    it('of arguments are TypeErrors, whatever is passed', () => {
      const surface = native() as unknown as Record<string, (...args: unknown[]) => unknown>;
      const harmless = Object.keys(surface).filter((name) => name !== 'setErrorFactory' && name !== 'close');
      const odd = fc.oneof(
        fc.constantFrom(
          undefined,
          null,
          Number.NaN,
          1.5,
          2 ** 40,
          -1e300,
          '\0',
          'a\0b',
          {},
          [],
          [[]],
          true,
          1n << 70n,
        ),
        fc.constant(Symbol('x')),
      );
      fc.assert(
        fc.property(fc.constantFrom(...harmless), fc.array(odd, { maxLength: 8 }), (name, args) => {
          // A pipe takes no arguments, so nothing about them is wrong.
          if (name === 'pipe') return;
          assert.throws(() => surface[name]?.(...args), TypeError);
        }),
        { numRuns: 2000 },
      );
    });
  });

  describe('files', () => {
    it('times to the nanosecond, before 1970 too, of links themselves', () => {
      const link = join(folder, 'link');
      symlinkSync('nowhere', link);
      native().lutimes(link, -1n, 1_234_567_890_123_456_789n);
      const status = lstatSync(link, { bigint: true });
      assert.deepEqual([status.atimeNs, status.mtimeNs], [-1n, 1_234_567_890_123_456_789n]);
    });

    it('mknod makes a FIFO with a name that is no UTF-8', () => {
      const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff, 0xfe)]);
      native().mknod(path, 0o010640, 0, 0);
      assert.equal(statSync(path).isFIFO(), true);
    });

    it('extended attributes: absent, empty, long, binary', () => {
      const values = {
        'user.empty': Buffer.of(),
        'user.long': Buffer.alloc(3000, 7),
        'user.zero': Buffer.of(0, 1, 0),
      };
      assert.equal(native().lgetxattr(file, 'user.none'), undefined);
      assert.equal(native().lremovexattr(file, 'user.none'), false);
      for (const [name, value] of Object.entries(values)) {
        native().lsetxattr(file, name, value);
        assert.deepEqual(native().lgetxattr(file, name), value);
      }
      const names = native().llistxattr(file).toString().split('\0');
      for (const name of Object.keys(values)) assert.ok(names.includes(name));
      assert.equal(native().lremovexattr(file, 'user.long'), true);
      assert.equal(native().lgetxattr(file, 'user.long'), undefined);
    });

    it('a file in memory reads from its beginning', () => {
      const descriptor = native().memoryFile('name', Buffer.from('hello'));
      assert.equal(readFileSync(descriptor, 'utf8'), 'hello');
      native().close(descriptor);
    });

    it('a non-blocking pipe says that there is nothing, or no room', () => {
      const [reader, writer] = native().pipe();
      native().setNonblocking(reader);
      native().setNonblocking(writer);
      assert.equal(native().read(reader, Buffer.alloc(1)), -1);
      const chunk = Buffer.alloc(1 << 20);
      assert.ok(native().write(writer, chunk) > 0);
      assert.equal(native().write(writer, chunk), -1);
      native().close(writer);
      while (native().read(reader, chunk) > 0);
      assert.equal(native().read(reader, chunk), 0);
      native().close(reader);
    });
  });

  describe('locks', () => {
    it('of open files exclude each other in one process, those of processes do not', () => {
      const [first, second] = [openSync(file, 'r+'), openSync(file, 'r+')];
      assert.equal(native().lock(first, LOCK_TYPE.write, true), true);
      assert.equal(native().lock(second, LOCK_TYPE.read, true), false);
      assert.deepEqual(native().lockInTheWay(second, LOCK_TYPE.read, true), [LOCK_TYPE.write, -1]);
      assert.equal(native().lock(first, LOCK_TYPE.unlock, true), true);
      assert.equal(native().lockInTheWay(second, LOCK_TYPE.write, true), undefined);
      assert.equal(native().lock(first, LOCK_TYPE.write, false), true);
      assert.equal(native().lock(second, LOCK_TYPE.write, false), true);
      assert.deepEqual(native().lockInTheWay(second, LOCK_TYPE.read, true), [LOCK_TYPE.write, process.pid]);
      closeSync(first);
      closeSync(second);
    });
  });

  describe('worker threads', () => {
    const lock = () => join(folder, 'lock');
    const start = (stays: boolean) =>
      new Worker(new URL('./native-worker.ts', import.meta.url), { workerData: { lock: lock(), stays } });

    it('use the binding side by side', async () => {
      const workers = Array.from({ length: 4 }, () => start(false));
      const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
      for (const [answer] of answers) assert.deepEqual(answer, { output: 'hi\n', failure: 'ENOENT' });
      await Promise.all(workers.map((worker) => worker.terminate()));
    });

    it('may end, and be ended, with watches, children and tasks under way', async () => {
      for (let round = 0; round < 5; round++) {
        const worker = start(true);
        await once(worker, 'message');
        await worker.terminate();
      }
    });

    it('end by themselves when nothing is left', async () => {
      const worker = start(false);
      const [code] = await once(worker, 'exit');
      assert.equal(code, 0);
    });
  });

  it('opens its descriptors close-on-exec', () => {
    const descriptors = [
      ...native().pipe(),
      native().memoryFile('x', Buffer.of()),
      native().pidfdOpen(process.pid),
      native().bindUnix(join(folder, 'socket'), 2),
      native().holdPort(17, '127.0.0.1', 0),
    ];
    for (const descriptor of descriptors) {
      const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
      assert.ok((Number.parseInt(flags ?? '0', 8) & 0o2000000) !== 0);
      native().close(descriptor);
    }
    assert.equal(readdirSync(folder).length, 2);
  });
});
