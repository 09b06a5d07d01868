import { strict as assert } from 'node:assert';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Machine } from '../host/machine.ts';

const podNamed = (name: string) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: app
    image: localhost/busybox
    command: [sleep, "1000"]
    volumeMounts: [{name: memory, mountPath: /memory}]
  volumes: [{name: memory, emptyDir: {medium: Memory}}]
`;

const run = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { encoding: 'utf8' });
const newId = () => randomBytes(32).toString('hex');

describe('system check', () => {
  let machine: Machine;
  let healthy: string;

  before(async () => {
    machine = await Machine.create();
    await machine.play(podNamed('healthy'));
    healthy = await observed();
  });

  after(async () => machine?.[Symbol.asyncDispose]());

  /** What must not change about the pod that is well. */
  async function observed(): Promise<string> {
    const container = await machine.ok('inspect', '-f', '{{.State.Pid}} {{.State.ConmonPid}}', 'healthy-app');
    const address = await machine.exec('healthy-app', 'ip', '-4', '-o', 'address', 'show', 'eth0');
    return `${container}${address}`;
  }

  const state = (...path: readonly string[]) => join(machine.root, 'pod', ...path);
  const runtime = (...path: readonly string[]) => join(machine.runroot, 'pod', ...path);
  const gateway = () => {
    const { pods } = JSON.parse(readFileSync(state('network', 'addresses.json'), 'utf8'));
    return String(pods).replace(/\.0\/\d+$/, '');
  };

  const leftovers: readonly { readonly noun: string; readonly make: () => void; readonly found: RegExp }[] = [
    {
      noun: 'a pinned network namespace',
      make: () => run('ip', 'netns', 'add', `pod-${machine.storeId}-${newId().slice(0, 16)}`),
      found: /^ {2}network namespace \/run\/netns\/pod-/m,
    },
    {
      noun: 'an interface with the gateway of pods',
      make: () => {
        const name = `vt${newId().slice(0, 8)}`;
        run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}p`);
        run('ip', 'address', 'add', `${gateway()}.1/32`, 'dev', name);
      },
      found: /^ {2}network interface vt/m,
    },
    {
      noun: 'an address lease',
      make: () =>
        writeFileSync(
          state('network', 'leases', `pod-${machine.storeId}`, `${gateway()}.99`),
          `${newId()}\r\neth0`,
        ),
      found: /^ {2}address lease [\d.]+\.99$/m,
    },
    {
      noun: 'an nftables element',
      make: () => {
        const address = `${gateway()}.98`;
        run(
          'nft',
          'add',
          'element',
          'inet',
          `pod_${machine.storeId}`,
          'hairpin',
          `{ ${address} . ${address} }`,
        );
      },
      found: /^ {2}nftables element .*\.98 in hairpin$/m,
    },
    {
      noun: 'a cgroup',
      make: () => {
        const name = `pod-${machine.storeId}`;
        const hierarchy = ['', ...readdirSync('/sys/fs/cgroup')].find((each) =>
          existsSync(join('/sys/fs/cgroup', each, name)),
        );
        mkdirSync(join('/sys/fs/cgroup', hierarchy ?? '', name, `pod${randomUUID()}`, 'conmon'), {
          recursive: true,
        });
      },
      found: /^ {2}cgroup \/pod-/m,
    },
    {
      noun: 'a process that watches over a container',
      make: () =>
        spawn('sh', ['-c', 'sleep 1000 & wait', runtime('containers', newId())], { stdio: 'ignore' }).unref(),
      found: /^ {2}process \d+ of container /m,
    },
    {
      noun: 'a mounted root filesystem',
      make: () => {
        const folder = runtime('rootfs', newId());
        mkdirSync(folder);
        run('mount', '-t', 'tmpfs', 'tmpfs', folder);
      },
      found: /^ {2}root filesystem of container /m,
    },
    {
      noun: 'a bundle',
      make: () => mkdirSync(runtime('containers', newId())),
      found: /^ {2}run-time files of container /m,
    },
    {
      noun: 'what the runtime knows',
      make: () => symlinkSync('/nowhere', runtime('runtime', 'bundles', newId())),
      found: /^ {2}runtime state of container /m,
    },
    {
      noun: 'a sandbox folder with its memory',
      make: () => {
        const folder = runtime('pods', newId(), 'shm');
        mkdirSync(folder, { recursive: true });
        run('mount', '-t', 'tmpfs', 'tmpfs', folder);
      },
      found: /^ {2}run-time files of pod /m,
    },
    {
      noun: 'volumes in memory and on disk',
      make: () => {
        const [id, folder] = [newId(), runtime('memory')];
        mkdirSync(join(folder, id, 'data'), { recursive: true });
        run('mount', '-t', 'tmpfs', 'tmpfs', join(folder, id, 'data'));
        mkdirSync(state('pods', id, 'volumes', 'data'), { recursive: true });
      },
      found: /^ {2}volumes of pod /m,
    },
    {
      noun: 'files where the record of a container was',
      make: () => {
        const folder = state('containers', newId());
        mkdirSync(folder);
        writeFileSync(join(folder, 'ctr.log'), '');
      },
      found: /^ {2}files of container /m,
    },
    {
      noun: "a dead command's journal",
      make: () =>
        writeFileSync(state('journals', '2026-01-01T00:00:00.000Z-00000000'), '{"format":1,"verb":"play"}\n'),
      found: /^ {2}unfinished work of a `play` that died$/m,
    },
  ];

  it('finds nothing where all is well', async () => {
    assert.deepEqual(await machine.pod('system', 'check'), {
      status: 0,
      stdout: 'No leftovers found.\n',
      stderr: '',
    });
  });

  describe('with a leftover of each sort', () => {
    let report: Awaited<ReturnType<Machine['pod']>>;

    before(async () => {
      for (const { make } of leftovers) make();
      report = await machine.pod('system', 'check');
    });

    for (const { noun, found } of leftovers) {
      it(`finds ${noun}`, () => assert.match(report.stdout, found));
    }

    it('fails, and finds no more than these', () => {
      assert.equal(report.status, 1);
      const heading = /^Found (\d+) leftovers/.exec(report.stdout);
      assert.equal(Number(heading?.[1]), leftovers.length, report.stdout);
    });

    it('removes all of them, and nothing else', async () => {
      for (const { found } of leftovers) assert.match(report.stdout, found);
      assert.equal(
        await machine.ok('system', 'check', '--repair'),
        report.stdout.replace(/^Found (.*), .*:/, 'Removed $1:'),
      );
      assert.equal(await machine.ok('system', 'check'), 'No leftovers found.\n');
      assert.equal(await observed(), healthy);
    });
  });

  it('takes away a whole running pod whose records were lost', async () => {
    await machine.play(podNamed('lost'));
    const [item] = JSON.parse(await machine.ok('pod', 'inspect', 'lost'));
    rmSync(state('pods', item.Id, 'pod.json'));
    for (const { Id } of item.Containers) rmSync(state('containers', Id, 'container.json'));
    const { status, stdout } = await machine.pod('system', 'check');
    assert.equal(status, 1);
    for (const noun of [
      'cgroup',
      'process',
      'runtime state',
      'root filesystem',
      'network attachment',
      'object Pod',
    ]) {
      assert.match(stdout, new RegExp(`^  ${noun} `, 'm'));
    }
    await machine.ok('system', 'check', '--repair');
    assert.equal(await machine.ok('system', 'check'), 'No leftovers found.\n');
    assert.equal(await observed(), healthy);
    await machine.play(podNamed('lost'));
    await machine.ok('pod', 'rm', '--force', 'lost');
  });
});
