import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemError } from '../../src/errors/system-error.ts';
import { exec } from '../../src/host/exec.ts';
import { readHostFacts } from '../../src/host/facts.ts';
import { bind, MOUNT, mount, mountOverlay, unmount } from '../../src/host/mount.ts';
import { mountTable } from '../../src/host/mount-table.ts';
import { namespaces } from '../../src/host/namespaces.ts';
import { installFolder, native } from '../../src/host/native.ts';
import { type HostPort, holdPort } from '../../src/host/port-holder.ts';

const failsWith = (errno: string) => (error: unknown) =>
  error instanceof SystemError && error.errno === errno;
const openDescriptors = () => readdirSync('/proc/self/fd').length;

describe('the native binding as root', () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);

  beforeEach(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'pod-host-')));
    await mount({ source: 'pod-test', target: folder, type: 'tmpfs' });
  });
  afterEach(async () => {
    const mounted = async () => (await mountTable()).filter(({ target }) => target.startsWith(folder));
    for (const { target } of (await mounted()).toReversed()) await unmount(target);
    assert.deepEqual(await mounted(), []);
    rmSync(folder, { recursive: true });
  });
  const entryAt = async (target: string) => (await mountTable()).find((entry) => entry.target === target);
  const makeFolder = (...names: string[]) => {
    mkdirSync(at(...names), { recursive: true });
    return at(...names);
  };

  describe('mounts', () => {
    it('a file system with flags and data', async () => {
      const target = makeFolder('a folder');
      await mount({
        source: 'x y',
        target,
        type: 'tmpfs',
        flags: MOUNT.NOSUID | MOUNT.NODEV | MOUNT.NOEXEC,
        data: 'mode=0700,size=64k',
      });
      const entry = await entryAt(target);
      assert.deepEqual([entry?.type, entry?.source], ['tmpfs', 'x y']);
      for (const option of ['nosuid', 'nodev', 'noexec']) assert.ok(entry?.options.includes(option));
      assert.equal(statSync(target).mode & 0o777, 0o700);
      assert.equal(await unmount(target), true);
      assert.equal(await unmount(target), false);
      assert.equal(await unmount(at('none')), false);
    });

    it('binds, read-only and below a busy target', async () => {
      writeFileSync(at('source'), 'content');
      writeFileSync(at('target'), '');
      await bind({ source: at('source'), target: at('target'), flags: MOUNT.RDONLY | MOUNT.NODEV });
      assert.equal(readFileSync(at('target'), 'utf8'), 'content');
      assert.throws(() => writeFileSync(at('target'), 'x'), { code: 'EROFS' });
      writeFileSync(at('source'), 'changed');
      const open = openSync(at('target'), 'r');
      await assert.rejects(unmount(at('target')), failsWith('EBUSY'));
      assert.equal(await unmount(at('target'), { lazy: true }), true);
      assert.equal(readFileSync(open, 'utf8'), 'changed');
      closeSync(open);
    });

    it('binds with what is mounted below, or without', async () => {
      await mount({ source: 'inner', target: makeFolder('source', 'inner'), type: 'tmpfs' });
      writeFileSync(at('source', 'inner', 'file'), '');
      await bind({ source: at('source'), target: makeFolder('alone') });
      await bind({ source: at('source'), target: makeFolder('whole'), recursive: true });
      assert.equal(existsSync(at('alone', 'inner', 'file')), false);
      assert.equal(existsSync(at('whole', 'inner', 'file')), true);
    });

    it('propagates as told', async () => {
      await bind({ source: makeFolder('peer'), target: at('peer') });
      await mount({ target: at('peer'), flags: MOUNT.SHARED });
      assert.match((await entryAt(at('peer')))?.propagation.join() ?? '', /^shared:/);
      await bind({ source: at('peer'), target: makeFolder('slave') });
      await mount({ target: at('slave'), flags: MOUNT.SLAVE });
      assert.match((await entryAt(at('slave')))?.propagation.join() ?? '', /^master:/);
      await mount({ source: 'x', target: makeFolder('peer', 'new'), type: 'tmpfs' });
      assert.ok(await entryAt(at('slave', 'new')));
      await mount({ target: at('peer'), flags: MOUNT.PRIVATE });
      assert.deepEqual((await entryAt(at('peer')))?.propagation, []);
    });

    it('unmounts no target of a link', async () => {
      await mount({ source: 'x', target: makeFolder('real'), type: 'tmpfs' });
      symlinkSync('real', at('link'));
      assert.equal(await unmount(at('link')), false);
      assert.ok(await entryAt(at('real')));
    });

    it('an overlay of 120 layers, whose absolute paths would exceed a page', async () => {
      const names = Array.from({ length: 120 }, (_, index) => `l/${String(index).padStart(26, 'L')}`);
      for (const name of names) {
        makeFolder('store', name);
        writeFileSync(at('store', name, 'each'), name);
        writeFileSync(at('store', name, `only-${name.slice(-3)}`), '');
      }
      const before = process.cwd();
      const overlay = {
        lowers: names,
        upper: makeFolder('upper'),
        work: makeFolder('work'),
        target: makeFolder('merged'),
      };
      assert.ok(names.map((name) => at('store', name)).join(':').length > 4096);
      await mountOverlay({ ...overlay, base: at('store') });
      assert.equal(process.cwd(), before);
      assert.equal(readFileSync(at('merged', 'each'), 'utf8'), names[0]);
      assert.equal(readdirSync(at('merged')).length, 121);
      writeFileSync(at('merged', 'each'), 'mine');
      assert.equal(readFileSync(at('upper', 'each'), 'utf8'), 'mine');
      await assert.rejects(mountOverlay({ ...overlay, base: at('none') }), (error) => {
        assert.ok(error instanceof SystemError);
        assert.deepEqual([error.errno, error.syscall, error.path], ['ENOENT', 'chdir', at('none')]);
        return true;
      });
    });

    it('an overlay of folders with difficult names', async () => {
      const [one, two] = [makeFolder('a:b'), makeFolder('c,d\\e')];
      writeFileSync(join(one, 'one'), '');
      writeFileSync(join(two, 'two'), '');
      await mountOverlay({ lowers: [one, two], target: makeFolder('merged') });
      assert.deepEqual(readdirSync(at('merged')), ['one', 'two']);
    });

    it('many at once, off the thread pool', async () => {
      const targets = Array.from({ length: 40 }, (_, index) => makeFolder(`many-${index}`));
      const before = openDescriptors();
      await Promise.all(targets.map((target) => mount({ source: 'x', target, type: 'tmpfs' })));
      const ended = await Promise.all(targets.map((target) => unmount(target)));
      assert.ok(ended.every((was) => was));
      assert.equal(openDescriptors(), before);
    });
  });

  describe('nodes and attributes', () => {
    it('a whiteout hides what lies below', async () => {
      writeFileSync(join(makeFolder('lower'), 'gone'), '');
      native().mknod(join(makeFolder('upper'), 'gone'), 0o020000, 0, 0);
      assert.equal(lstatSync(at('upper', 'gone')).rdev, 0);
      await mountOverlay({ lowers: [at('upper'), at('lower')], target: makeFolder('merged') });
      assert.deepEqual(readdirSync(at('merged')), []);
    });

    it('devices have their numbers', () => {
      native().mknod(at('device'), 0o060640, 259, 70_000);
      const { rdev } = lstatSync(at('device'), { bigint: true });
      assert.deepEqual([(rdev >> 8n) & 0xfffn, (rdev & 0xffn) | ((rdev >> 12n) & 0xfff00n)], [259n, 70_000n]);
    });

    it('trusted attributes of a link itself', () => {
      symlinkSync('nowhere', at('link'));
      native().lsetxattr(at('link'), 'trusted.x', Buffer.from('y'));
      assert.equal(String(native().lgetxattr(at('link'), 'trusted.x')), 'y');
    });
  });

  describe('network namespaces', () => {
    const inside = (...argv: string[]) => exec.run({ argv: ['nsenter', `--net=${at('pin')}`, ...argv] });

    it('are pinned with loopback up, apart from ours, on no thread of ours', async () => {
      await namespaces.pinNetwork(at('pin'));
      assert.match(await inside('ip', '-o', 'link', 'show', 'lo'), /LOOPBACK,UP/);
      assert.equal(
        (await inside('ip', '-o', 'link'))
          .trim()
          .split('\n')
          .filter((line) => /state UP/.test(line)).length,
        0,
      );
      const own = readlinkSync('/proc/self/ns/net');
      for (const thread of readdirSync('/proc/self/task')) {
        assert.equal(readlinkSync(`/proc/self/task/${thread}/ns/net`), own);
      }
      assert.notEqual(`net:[${statSync(at('pin')).ino}]`, own);
      await namespaces.unpin(at('pin'));
      assert.equal(existsSync(at('pin')), false);
    });

    it('lie in a folder that ip-netns(8) does not lay a mount over', async () => {
      const folder = at('shared');
      await Promise.all([namespaces.shareFolder(folder), namespaces.shareFolder(folder)]);
      await namespaces.shareFolder(folder);
      const mounts = (await mountTable()).filter(({ target }) => target === folder);
      assert.equal(mounts.length, 1);
      assert.equal(statSync(folder).mode & 0o777, 0o755);
      await unmount(folder);
    });

    it('an existing pin is kept, a stale file becomes one', async () => {
      writeFileSync(at('pin'), '');
      await namespaces.pinNetwork(at('pin'));
      const { ino } = statSync(at('pin'));
      await namespaces.pinNetwork(at('pin'));
      assert.equal(statSync(at('pin')).ino, ino);
      await namespaces.unpin(at('pin'));
      await namespaces.unpin(at('pin'));
    });

    it('many at once are all different', async () => {
      const pins = Array.from({ length: 10 }, (_, index) => at(`pin-${index}`));
      await Promise.all(pins.map((pin) => namespaces.pinNetwork(pin)));
      assert.equal(new Set(pins.map((pin) => statSync(pin).ino)).size, pins.length);
      await Promise.all(pins.map((pin) => namespaces.unpin(pin)));
      assert.deepEqual(readdirSync(folder), []);
    });

    it('a failure leaves nothing behind', async () => {
      await assert.rejects(namespaces.pinNetwork(at('none', 'pin')), failsWith('ENOENT'));
      assert.deepEqual(readdirSync(folder), []);
    });
  });

  describe('held ports', () => {
    const freePort = async (): Promise<number> => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      server.close();
      await once(server, 'close');
      return port;
    };
    const sockets = (port: number) => exec.run({ argv: ['ss', '-Hlntup', `sport = ${port}`] });

    for (const protocol of ['tcp', 'udp'] as const) {
      it(`${protocol}: nobody else gets it, on any address of the family, and the holder is named`, async () => {
        const port = await freePort();
        const wanted: HostPort = { protocol, address: '0.0.0.0', port };
        {
          using _holder = holdPort(wanted);
          for (const address of ['0.0.0.0', '127.0.0.1']) {
            assert.throws(() => holdPort({ ...wanted, address }), failsWith('EADDRINUSE'));
          }
          assert.match(await sockets(port), new RegExp(`^${protocol}.*pid=${process.pid},`));
          using _other = holdPort({ ...wanted, address: '::' });
        }
        assert.equal(await sockets(port), '');
      });
    }

    it('a server with SO_REUSEADDR does not get it either', async () => {
      const port = await freePort();
      using _holder = holdPort({ protocol: 'tcp', address: '127.0.0.1', port });
      const server = net.createServer().listen(port, '127.0.0.1');
      const [error] = await once(server, 'error');
      assert.equal(error.code, 'EADDRINUSE');
    });

    it('it goes to a child, and stays as long as that lives', async () => {
      const port = await freePort();
      const wanted: HostPort = { protocol: 'tcp', address: '127.0.0.1', port };
      const holder = holdPort(wanted);
      const child = await exec.start({ argv: ['sleep', '60'], descriptors: { 3: holder.descriptor } });
      holder[Symbol.dispose]();
      holder[Symbol.dispose]();
      assert.throws(() => holdPort(wanted), failsWith('EADDRINUSE'));
      assert.match(await sockets(port), new RegExp(`pid=${child.pid},fd=3`));
      child.kill(9);
      await child.ended;
      holdPort(wanted)[Symbol.dispose]();
    });

    it('a connection that ended there a moment ago is not in the way', async () => {
      const server = net.createServer((socket) => socket.end('x')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      const client = net.connect(port, '127.0.0.1').resume();
      await once(client, 'close');
      server.close();
      await once(server, 'close');
      holdPort({ protocol: 'tcp', address: '127.0.0.1', port })[Symbol.dispose]();
    });

    it('an address that is not ours, and one that is none', () => {
      const port = 40_000;
      assert.throws(
        () => holdPort({ protocol: 'udp', address: '192.0.2.1', port }),
        failsWith('EADDRNOTAVAIL'),
      );
      assert.throws(() => holdPort({ protocol: 'tcp', address: 'localhost', port }), failsWith('EINVAL'));
    });

    it('sctp is held or refused as unsupported', async () => {
      const wanted: HostPort = { protocol: 'sctp', address: '127.0.0.1', port: 40_001 };
      if ((await readHostFacts()).protocols.sctp) {
        using _holder = holdPort(wanted);
        assert.throws(() => holdPort(wanted), failsWith('EADDRINUSE'));
      } else {
        assert.throws(() => holdPort(wanted), failsWith('EPROTONOSUPPORT'));
      }
    });
  });

  describe('pause', () => {
    const program = join(installFolder(), 'build', 'pause');
    const childrenOf = (pid: number) =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    const until = async (condition: () => boolean) => {
      for (const deadline = Date.now() + 30_000; !condition(); ) {
        assert.ok(Date.now() < deadline);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    /** It sleeps only where it waits for signals. */
    const isReady = (pid: number) =>
      /^Name:\tpause\n.*^State:\tS/ms.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

    for (const [name, signal] of [
      ['SIGTERM', 15],
      ['SIGINT', 2],
    ] as const) {
      it(`leaves at ${name}, by itself and as PID 1`, async () => {
        const alone = await exec.start({ argv: [program] });
        await until(() => isReady(alone.pid));
        alone.kill(signal);
        assert.deepEqual(await alone.ended, { status: 0 });

        const outer = await exec.start({ argv: ['unshare', '--pid', '--fork', program] });
        await until(() => childrenOf(outer.pid).some(isReady));
        const [first = 0] = childrenOf(outer.pid);
        process.kill(first, signal);
        assert.deepEqual(await outer.ended, { status: 0 });
      });
    }

    it('as PID 1 reaps orphans', async () => {
      const outer = await exec.start({ argv: ['unshare', '--pid', '--fork', program] });
      await until(() => childrenOf(outer.pid).some(isReady));
      const [first = 0] = childrenOf(outer.pid);
      const orphans = 'for i in 1 2 3 4 5; do sleep 0.2 & done';
      await exec.run({ argv: ['nsenter', `--pid=/proc/${first}/ns/pid`, 'sh', '-c', orphans] });
      await until(() => childrenOf(first).length === 0);
      process.kill(first, 'SIGTERM');
      await outer.ended;
    });
  });
});
