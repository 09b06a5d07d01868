import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { mount, unmount } from '../../src/host/mount.ts';
import { busyboxRootfs } from '../host/busybox-rootfs.ts';
import { freePort } from '../host/free-port.ts';
import { type Ended, Machine, POD, type RunOptions } from '../host/machine.ts';
import { badManifests, pod } from './bad-manifests.ts';

/** What a command that fails has to show. */
interface Refusal {
  readonly title: string;
  readonly args: (machine: Machine) => readonly string[];
  /** 125 unless given. */
  readonly status?: number;
  /** Words in what it tells. */
  readonly words: readonly (string | RegExp)[];
  readonly never?: readonly string[];
  readonly options?: (machine: Machine) => RunOptions;
}

/** Plays a manifest whose image is there and whose command would run for a while. */
const play =
  (text: string, ...flags: readonly string[]) =>
  (machine: Machine): readonly string[] => ['play', 'kube', '-q', ...flags, machine.file(text)];
const running = (container = '', spec = '') => pod(`command: [sleep, "1000"]\n${container}`, spec);
const ofImage = (image: string, policy = 'IfNotPresent') =>
  running(`imagePullPolicy: ${policy}`).replace('localhost/busybox', image);
const mounting = (volume: string, mount = '') =>
  running(`volumeMounts: [{name: v, mountPath: /d${mount}}]`, `volumes: [{name: v, ${volume}}]`);

function check(
  { status, stderr }: Ended,
  { status: wanted = 125, words, never = [] }: Omit<Refusal, 'title' | 'args'>,
): void {
  assert.equal(status, wanted, stderr);
  for (const word of words) {
    assert.ok(
      typeof word === 'string' ? stderr.includes(word) : word.test(stderr),
      `${word} is not in:\n${stderr}`,
    );
  }
  for (const word of [...never, 'unexpected failure', '\n    at ']) {
    assert.ok(!stderr.includes(word), `${word} is in:\n${stderr}`);
  }
  const lines = stderr.split('\n').filter((line) => /^(?:Error|Hint): /.test(line));
  assert.deepEqual([...new Set(lines)], lines, 'a line is told twice');
}

describe('bad input', function () {
  this.timeout(240_000);
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(async () => {
    await machine[Symbol.asyncDispose]();
  });

  async function nothingMade(): Promise<void> {
    assert.deepEqual(await machine.leaks(), []);
    assert.deepEqual(machine.objects(), []);
  }

  /** `looks` tells when to look for what was left: after each, or, where nothing can be made, after all. */
  function refuses(list: readonly Refusal[], looks: 'each' | 'all' = 'each'): void {
    for (const refusal of list) {
      it(refusal.title, async () => {
        check(await machine.run(refusal.args(machine), refusal.options?.(machine)), refusal);
        if (looks === 'each') await nothingMade();
      });
    }
    if (looks === 'all') it('leaves nothing', nothingMade);
  }

  for (const [group, manifests] of Object.entries(badManifests)) {
    describe(`in a manifest: ${group}`, () => {
      after(nothingMade);
      for (const { title, text, places, words, never = [] } of manifests) {
        it(title, async () => {
          const path = join(machine.folder, 'app.yaml');
          writeFileSync(path, text);
          const ended = await machine.pod('play', 'kube', path);
          check(ended, { words, never });
          const told = ended.stderr.split('\n').filter((line) => line.includes(': error: '));
          assert.deepEqual(
            told.map((line) => line.slice(`${path}:`.length, line.indexOf(': error: '))),
            places,
            ended.stderr,
          );
          assert.equal(ended.stdout, '');
        });
      }
    });
  }

  describe('that cannot be read', () => {
    refuses(
      [
        {
          title: 'a missing file',
          args: () => ['play', 'kube', '/nonexistent.yaml'],
          words: ['/nonexistent.yaml', 'no such file'],
        },
        { title: 'a folder', args: ({ folder }) => ['play', 'kube', folder], words: ['folder'] },
        {
          title: 'a path through a file',
          args: () => ['play', 'kube', '/etc/passwd/app.yaml'],
          words: ['/etc/passwd/app.yaml'],
        },
        {
          title: 'a URL that nobody serves',
          args: () => ['play', 'kube', 'http://127.0.0.1:1/app.yaml'],
          words: ['127.0.0.1:1', 'ECONNREFUSED'],
        },
        {
          title: 'a missing file of ConfigMaps',
          args: (m) => ['play', 'kube', '--configmap', '/nonexistent.yaml', m.file(running())],
          words: ['/nonexistent.yaml'],
        },
        {
          title: 'a Pod in a file of ConfigMaps',
          args: (m) => ['play', 'kube', '--configmap', m.file(running(), 'maps.yaml'), m.file(running())],
          words: [/maps\.yaml:\d+:\d+: error/, 'ConfigMap'],
        },
        {
          title: 'nothing on standard input',
          args: () => ['play', 'kube', '-'],
          words: ['<stdin>:1:1', 'nothing to play'],
        },
      ],
      'all',
    );
  });

  describe('on the command line', () => {
    refuses(
      [
        { title: 'an unknown command', args: () => ['plya'], words: ['plya', 'pod play'] },
        {
          title: 'a level of messages that is none',
          args: () => ['--log-level', 'silly', 'ps'],
          words: ['--log-level', 'silly', 'debug'],
        },
        {
          title: 'an unknown command of a group',
          args: () => ['kube', 'donw'],
          words: ['kube donw', 'kube down'],
        },
        {
          title: 'an unknown flag',
          args: () => ['play', 'kube', '--replce', 'x'],
          words: ['--replce', '--replace'],
        },
        { title: 'no file', args: () => ['play', 'kube'], words: ['argument', 'FILE'] },
        {
          title: 'a boolean that is none',
          args: () => ['play', 'kube', '--start=maybe', 'x'],
          words: ['--start', 'maybe'],
        },
        {
          title: 'a choice that is none',
          args: () => ['play', 'kube', '--validate=maybe', 'x'],
          words: ['--validate', 'maybe', 'strict'],
        },
        {
          title: 'a port that is none',
          args: () => ['play', 'kube', '--publish', 'a:b', 'x'],
          words: ['--publish', 'port'],
        },
        {
          title: 'an annotation without a value',
          args: () => ['play', 'kube', '--annotation', 'x', 'x'],
          words: ['--annotation', 'x'],
        },
        {
          title: 'a flag that needs another one',
          args: () => ['play', 'kube', '--force', 'x'],
          words: ['--force', '--down'],
        },
        {
          title: 'standard input beside a file',
          args: () => ['play', 'kube', '-', 'x'],
          words: ['standard input'],
        },
        {
          title: 'the host network with another',
          args: play(running(), '--network', 'host', '--network', 'x'),
          words: ['host'],
        },
        { title: 'an unknown network', args: play(running(), '--network', 'absent'), words: ['absent'] },
        { title: 'an unknown pod', args: () => ['pod', 'stop', 'absent'], words: ['absent'] },
        { title: 'an unknown container', args: () => ['logs', 'absent'], words: ['absent'] },
        {
          title: 'a template that does not end',
          args: () => ['ps', '--format', '{{.ID'],
          words: ['template'],
        },
      ],
      'all',
    );
  });

  describe('about images', () => {
    let registry: HttpServer;
    let host = '';
    before(async () => {
      registry = fakeRegistry().listen(0, '127.0.0.1');
      await new Promise((resolve) => registry.once('listening', resolve));
      host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    });
    after(() => {
      registry.closeAllConnections();
      registry.close();
    });
    const from =
      (name: string, ...flags: readonly string[]) =>
      (m: Machine) =>
        play(ofImage(`${host}/${name}:1`), ...flags)(m);
    const plain = '--tls-verify=false';

    refuses([
      {
        title: 'a missing one that is never pulled',
        args: play(ofImage('localhost/absent:1', 'Never')),
        words: ['localhost/absent:1', 'Never'],
      },
      {
        title: 'a missing one of this machine',
        args: play(ofImage('localhost/absent:1')),
        words: ['localhost/absent:1'],
      },
      {
        title: 'a registry that nobody serves',
        args: play(ofImage('127.0.0.1:1/a/b:1')),
        words: ['127.0.0.1:1/a/b:1', 'ECONNREFUSED'],
      },
      {
        title: 'a registry that wants a login',
        args: from('unauthorized', plain),
        words: ['/unauthorized:1', '401'],
      },
      { title: 'a registry that refuses', args: from('denied', plain), words: ['/denied:1', '403'] },
      { title: 'a registry without the image', args: from('absent', plain), words: ['/absent:1', '404'] },
      {
        title: 'a registry without TLS',
        args: from('absent'),
        words: ['TLS', '--tls-verify=false'],
        never: ['OPENSSL', 'error:0A'],
      },
      { title: 'an answer that is no manifest', args: from('page', plain), words: ['/page:1', 'JSON'] },
      { title: 'another architecture', args: from('foreign', plain), words: ['/foreign:1', 's390x'] },
      {
        title: 'bytes that are not those of the digest',
        args: from('forged', plain),
        words: ['/forged:1', 'sha256:'],
      },
      {
        title: 'no command in manifest and image',
        args: (m) => play(pod())(m),
        words: ['bad-main', 'localhost/busybox', 'command'],
      },
      {
        title: 'an archive that is missing',
        args: () => ['load', '-i', '/nonexistent.tar'],
        words: ['/nonexistent.tar'],
      },
      { title: 'an archive that is none', args: () => ['load', '-i', '/bin/true'], words: ['/bin/true'] },
      {
        title: 'a root filesystem that is none',
        args: () => ['import', '/bin/true', 'x'],
        words: ['/bin/true', 'tar'],
      },
      { title: 'an archive that is cut', args: (m) => ['load', '-i', archive(m, 'cut')], words: ['cut.tar'] },
      {
        title: 'an archive without images',
        args: (m) => ['load', '-i', archive(m, 'empty')],
        words: ['empty.tar', 'manifest.json'],
      },
      {
        title: 'an archive that lacks a layer',
        args: (m) => ['load', '-i', archive(m, 'hollow')],
        words: ['hollow.tar', 'layer.tar'],
      },
      {
        title: 'an archive with a blob that is not what its name says',
        args: (m) => ['load', '-i', archive(m, 'forged')],
        words: ['forged.tar', 'sha256/2222'],
      },
    ]);
  });

  describe('about containers', () => {
    before(async () => {
      await machine.image('localhost/stranger', 'USER nobody-here');
      mkdirSync(join(machine.folder, 'data'));
      symlinkSync('/etc', join(machine.folder, 'data/out'));
      writeFileSync(join(machine.folder, 'data/file'), '');
    });
    const data = (m: Machine, path = '') => `hostPath: {path: ${m.folder}/data${path}`;
    refuses([
      {
        title: 'a program that is not there',
        args: play(pod('command: [/no/such]')),
        status: 127,
        words: ['bad-main', '/no/such'],
      },
      {
        title: 'a program that is nowhere in PATH',
        args: play(pod('command: [nosuch]')),
        status: 127,
        words: ['bad-main', 'nosuch'],
      },
      {
        title: 'a program of an init container that is not there',
        args: play(
          running('', 'initContainers: [{name: first, image: localhost/busybox, command: [/no/such]}]'),
        ),
        status: 127,
        words: ['bad-first', '/no/such'],
      },
      {
        title: 'a file that is no program',
        args: play(pod('command: [/etc/passwd]')),
        status: 126,
        words: ['bad-main', '/etc/passwd'],
      },
      {
        title: 'a folder for a program',
        args: play(pod('command: [/etc]')),
        status: 126,
        words: ['bad-main', '/etc'],
      },
      {
        title: 'root where it must not be',
        args: play(running('securityContext: {runAsNonRoot: true}')),
        words: ['main', 'bad', 'root', 'runAsUser'],
      },
      {
        title: 'a user that the image does not know',
        args: play(ofImage('localhost/stranger')),
        words: ['bad-main', 'nobody-here'],
      },
      {
        title: 'too little memory to start',
        args: play(running('resources: {limits: {memory: 64Ki}}')),
        words: ['bad', 'memory', '65536'],
      },
      {
        title: 'far too little memory',
        args: play(running('resources: {limits: {memory: "1000"}}')),
        words: ['memory', '1000'],
      },
      {
        title: 'a sysctl that no pod may set',
        args: play(running('', 'securityContext: {sysctls: [{name: kernel.hostname, value: x}]}')),
        words: ['kernel.hostname'],
      },
      {
        title: 'a seccomp profile that is missing',
        args: play(
          running('securityContext: {seccompProfile: {type: Localhost, localhostProfile: absent.json}}'),
        ),
        words: ['absent.json'],
      },
      {
        title: 'a subPath that a link leads out',
        args: (m) => play(mounting(`${data(m)}}`, ', subPath: out/x'))(m),
        words: ['v', 'out/x', 'links'],
      },
      {
        title: 'a file where a folder is wanted',
        args: (m) => play(mounting(`${data(m, '/file')}, type: Directory}`))(m),
        words: ['data/file', 'Directory', 'a file'],
      },
      {
        title: 'a folder that has to be there',
        args: (m) => play(mounting(`${data(m, '/absent')}, type: Directory}`))(m),
        words: ['data/absent', 'Directory'],
      },
      {
        title: 'a file whose folder is missing',
        args: (m) => play(mounting(`${data(m, '/absent/file')}, type: FileOrCreate}`))(m),
        words: ['data/absent'],
      },
    ]);
    it('makes no path of the host', () => {
      assert.deepEqual(readdirSync(join(machine.folder, 'data')).sort(), ['file', 'out']);
      assert.ok(!existsSync('/etc/x'));
    });
  });

  it('is no obstacle to taking pods down', async () => {
    const [{ text } = { text: '' }] = badManifests['references'] ?? [];
    const { status, stderr } = await machine.pod('kube', 'down', machine.file(String(text)));
    assert.equal(status, 0, stderr);
  });

  describe('about ports', () => {
    it('one that a process has', async () => {
      const holder = createServer().listen(0, '0.0.0.0');
      await new Promise((resolve) => holder.once('listening', resolve));
      const { port } = holder.address() as AddressInfo;
      const ended = await machine.run(play(publishing(port))(machine));
      holder.close();
      check(ended, { words: [`${port}`, `${process.pid}`] });
      await nothingMade();
    });

    it('one that another pod has', async () => {
      const port = await freePort();
      const other = machine.file(publishing(port).replace('name: bad', 'name: holder'), 'holder.yaml');
      await machine.ok('play', 'kube', other);
      const before = await machine.leaks();
      check(await machine.run(play(publishing(port))(machine)), { words: [`${port}`, 'holder'] });
      check(await machine.pod('play', 'kube', other), { words: ['holder', '--replace'] });
      assert.deepEqual(await machine.leaks(), before);
      await machine.ok('kube', 'down', other);
      await nothingMade();
    });
  });

  describe('about this host', () => {
    const asked =
      (...globals: readonly string[]) =>
      (m: Machine) => [...globals, ...play(running())(m)];
    const configured =
      (variable: string, text: string) =>
      (m: Machine): RunOptions => ({
        env: { [variable]: m.file(text, 'settings.conf') },
      });
    refuses([
      { title: 'a conmon that is not there', args: asked('--conmon', '/no/conmon'), words: ['/no/conmon'] },
      { title: 'a runtime that is not there', args: asked('--runtime', '/no/crun'), words: ['/no/crun'] },
      {
        title: 'a runtime that does not work',
        args: (m) => asked('--runtime', brokenRuntime(m))(m),
        words: ['crun', 'out of order'],
      },
      {
        title: 'no CNI plugins',
        args: play(running()),
        options: configured('CONTAINERS_CONF', '[network]\ncni_plugin_dirs = ["/no/cni"]\n'),
        words: ['ptp', 'host-local', '/no/cni', 'containernetworking-plugins'],
      },
      {
        title: 'settings that are no TOML',
        args: play(running()),
        options: configured('CONTAINERS_CONF', '[network\n'),
        words: ['settings.conf:1'],
      },
      {
        title: 'a storage driver that is not overlay',
        args: play(running()),
        options: configured('CONTAINERS_STORAGE_CONF', '[storage]\ndriver = "vfs"\n'),
        words: ['vfs', 'overlay'],
      },
      {
        title: 'settings that are named and missing',
        args: play(running()),
        options: () => ({ env: { CONTAINERS_CONF: '/no/containers.conf' } }),
        words: ['/no/containers.conf'],
      },
    ]);

    for (const { programs, words } of [
      { programs: ['/usr/bin/conmon'], words: ['conmon', 'install conmon'] },
      { programs: ['/usr/bin/crun', '/usr/sbin/runc'], words: ['crun', 'runc', 'install'] },
      { programs: ['/usr/sbin/nft'], words: ['nft', 'nftables'] },
    ]) {
      it(`without ${programs.join(' and ')}`, async () => {
        check(without(programs, machine, play(running())(machine)), { words });
        await nothingMade();
      });
    }

    it('a store with layers in a form of their own', async () => {
      const [layer = ''] = readdirSync(join(machine.root, 'overlay')).filter((name) =>
        /^[0-9a-f]{64}$/.test(name),
      );
      const own = join(machine.root, 'overlay', layer, 'composefs-data');
      mkdirSync(own);
      const ended = await machine.run(play(running())(machine));
      rmSync(own, { recursive: true });
      check(ended, { words: ['composefs', machine.root] });
    });

    it('an installation without its native part', async () => {
      check(without([join(POD, '../../build/pod.node')], machine, play(running())(machine)), {
        words: ['npm run'],
      });
    });

    it('a disk that is full', async () => {
      const disk = join(machine.folder, 'disk');
      mkdirSync(disk);
      await mount({ source: 'tmpfs', target: disk, type: 'tmpfs', data: 'size=16m,mode=0700' });
      const flags = ['--root', join(disk, 'root'), '--runroot', join(machine.folder, 'disk-run')];
      try {
        await machine.ok(...flags, 'import', await busyboxRootfs(), 'localhost/busybox:latest');
        spawnSync('dd', ['if=/dev/zero', `of=${disk}/fill`, 'bs=1k']);
        check(await machine.pod(...flags, ...play(running())(machine)), { words: ['no space', 'room'] });
        check(await machine.pod(...flags, 'tag', 'localhost/busybox', 'localhost/other'), {
          words: ['space', 'room'],
        });
        rmSync(join(disk, 'fill'));
        assert.equal(await machine.ok(...flags, 'pod', 'ps', '-q'), '');
        await machine.ok(...flags, ...play(running('', 'terminationGracePeriodSeconds: 0'))(machine));
        await machine.ok(...flags, 'pod', 'rm', '--all', '--force', '--time', '0');
      } finally {
        await unmount(disk, { lazy: true });
        rmdirSync(disk);
      }
    });

    it('a record that a newer pod wrote', async () => {
      const path = join(machine.root, 'pod/root.json');
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, JSON.stringify({ ...JSON.parse(text), format: 99 }));
      const ended = await machine.run(play(running())(machine));
      writeFileSync(path, text);
      check(ended, { words: ['root.json', '99'] });
    });

    it('containers that run with another runroot', async () => {
      const path = machine.file(running('', 'terminationGracePeriodSeconds: 0'));
      await machine.ok('play', 'kube', path);
      check(await machine.pod('--runroot', join(machine.folder, 'other'), 'ps'), {
        words: [machine.runroot],
      });
      await machine.ok('kube', 'down', path);
    });

    it('leaves nothing', nothingMade);
  });

  describe('from a user who is not root', () => {
    before(() => chmodSync(machine.folder, 0o755));
    const looking = [['--version'], ['--help'], ['play', '--help']];

    it('tells about itself, whatever HOME is', () => {
      for (const home of ['/root', '/nonexistent']) {
        for (const args of looking) {
          const { status, stderr } = asNobody(args, home);
          assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, args.join(' '));
        }
      }
    });

    it('checks manifests', () => {
      const { status, stdout } = asNobody(
        ['play', 'kube', '--dry-run', machine.file(running())],
        '/nonexistent',
      );
      assert.equal(status, 0);
      assert.match(stdout, /default\/bad/);
    });

    it('changes nothing', () => {
      const path = machine.file(running());
      for (const args of [
        ['play', 'kube', path],
        ['kube', 'down', path],
        ['pull', 'x'],
        ['load', '-i', path],
        ['rm', 'x'],
      ]) {
        check(asNobody(args, '/nonexistent'), { words: ['root', 'sudo'] });
      }
      check(asNobody([...machine.flags, 'ps'], '/nonexistent'), { words: ['root', machine.root] });
    });
  });
});

function publishing(port: number): string {
  return running(`ports: [{containerPort: 80, hostPort: ${port}}]`, 'terminationGracePeriodSeconds: 0');
}

function brokenRuntime({ folder }: Machine): string {
  const path = join(folder, 'crun');
  writeFileSync(path, '#!/bin/sh\necho out of order >&2\nexit 1\n');
  chmodSync(path, 0o755);
  return path;
}

/** Runs `pod` where some programs of the host are not installed: overlays with whiteouts in a mount namespace. */
function without(programs: readonly string[], { folder, flags }: Machine, args: readonly string[]): Ended {
  const script = programs.map((program, index) => {
    const [whiteouts, place] = [join(folder, `without-${index}`), program.replace(/\/[^/]*$/, '')];
    return `mkdir -p ${whiteouts} && mknod ${whiteouts}/${program.split('/').at(-1)} c 0 0 && mount -t overlay overlay -o lowerdir=${whiteouts}:${place} ${place}`;
  });
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-ec', `${script.join('\n')}\nexec "$@"`, 'sh', POD, ...flags, ...args],
    { encoding: 'utf8', timeout: 60_000 },
  );
  for (const index of programs.keys())
    rmSync(join(folder, `without-${index}`), { recursive: true, force: true });
  return { status: status ?? -1, stdout, stderr };
}

/** Runs `pod` as a user who owns nothing, and may read all files so that it finds the program wherever it lies. */
function asNobody(args: readonly string[], home: string): Ended {
  const identity = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const reading = POD.startsWith('/root/')
    ? ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search']
    : [];
  const { status, stdout, stderr } = spawnSync('setpriv', [...identity, ...reading, POD, ...args], {
    encoding: 'utf8',
    env: { ...process.env, HOME: home },
    timeout: 60_000,
  });
  return { status: status ?? -1, stdout, stderr };
}

/** Answers as registries do that do not give what they are asked for. */
function fakeRegistry(): HttpServer {
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 2,
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: [],
  };
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: manifest.mediaType,
        digest: config.digest,
        size: 2,
        platform: { os: 'linux', architecture: 's390x' },
      },
    ],
  };
  const error = (code: string) => JSON.stringify({ errors: [{ code, message: 'no' }] });
  const answers: Readonly<Record<string, readonly [number, string, string]>> = {
    unauthorized: [401, 'application/json', error('UNAUTHORIZED')],
    denied: [403, 'application/json', error('DENIED')],
    page: [200, 'text/html', '<html></html>'],
    foreign: [200, index.mediaType, JSON.stringify(index)],
    forged: [200, manifest.mediaType, JSON.stringify(manifest)],
  };
  return createHttpServer(({ url = '' }, response) => {
    const [, , name = '', kind] = url.split('/');
    const [status, type, body] =
      kind === 'blobs'
        ? [200, 'application/octet-stream', '{}']
        : (answers[name] ?? [404, 'application/json', error('MANIFEST_UNKNOWN')]);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
}

/** Makes an archive of images with a fault. */
function archive({ folder }: Machine, fault: 'cut' | 'empty' | 'hollow' | 'forged'): string {
  const [content, path] = [join(folder, fault), join(folder, `${fault}.tar`)];
  mkdirSync(join(content, 'blobs/sha256'), { recursive: true });
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${'1'.repeat(64)}`] },
  });
  if (fault === 'hollow' || fault === 'cut') {
    writeFileSync(
      join(content, 'manifest.json'),
      JSON.stringify([{ Config: 'config.json', RepoTags: ['x:1'], Layers: ['layer.tar'] }]),
    );
    writeFileSync(join(content, 'config.json'), config);
  }
  if (fault === 'forged') {
    const digest = '2'.repeat(64);
    writeFileSync(join(content, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    writeFileSync(
      join(content, 'index.json'),
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${digest}`, size: 2 },
        ],
      }),
    );
    writeFileSync(join(content, 'blobs/sha256', digest), '{}');
  }
  assert.equal(spawnSync('tar', ['-C', content, '-cf', path, '.']).status, 0);
  if (fault === 'cut') writeFileSync(path, readFileSync(path).subarray(0, 1200));
  return path;
}
