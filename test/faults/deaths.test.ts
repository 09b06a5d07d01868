import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRecord, PodRecord } from '../../src/contracts/records.ts';
import { unmount } from '../../src/host/mount.ts';
import { identify } from '../../src/host/process.ts';
import { App } from './app.ts';

describe('death of what pods stand on', () => {
  let app: App;
  before(async () => {
    app = await App.create();
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(() => app.machine.ok(...app.play));
  afterEach(async () => {
    await app.clear();
    await app.isGone();
  });

  it('of a monitor ends its container, as killed and with nobody to tell how', async () => {
    const { pid = 0, conmonPid = 0, fullName } = recordOf(app, 'server');
    await kill(conmonPid);
    const listed = JSON.parse(await app.machine.ok('ps', '-a', '--format', 'json')) as readonly Listed[];
    const found = listed.find(({ Names }) => Names.includes(fullName));
    assert.deepEqual([found?.State, found?.ExitCode], ['exited', 137]);
    await ended(pid);
    assert.match(await app.machine.ok('inspect', fullName), /ContainerStatusUnknown/);
    assert.equal((await app.machine.ok('wait', fullName)).trim(), '137');
    assert.match(await app.machine.ok('pod', 'ps', '--filter', 'name=web'), /Degraded/);
    await app.machine.ok('pod', 'start', 'web');
    await app.isSettled();
    await app.answers();
  });

  it('of a monitor wakes those that wait for its container', async () => {
    const { pid = 0, conmonPid = 0, fullName } = recordOf(app, 'server');
    const waiting = app.machine.ok('wait', fullName);
    await delay(500);
    await kill(conmonPid);
    assert.equal((await waiting).trim(), '137');
    await ended(pid);
  });

  it('of the infra container shows, and the pod can be started again', async () => {
    await kill(recordOf(app, 'infra').pid ?? 0);
    await delay(100);
    assert.match(await app.machine.ok('pod', 'ps', '--filter', 'name=web'), /Degraded/);
    await app.machine.ok('pod', 'start', 'web');
    await app.isSettled();
    await app.answers();
  });

  it('of the infra container and its monitor leaves a pod that can be removed', async () => {
    const { pid = 0, conmonPid = 0 } = recordOf(app, 'infra');
    await kill(conmonPid);
    await kill(pid);
    await app.machine.ok('pod', 'rm', '-f', 'web');
  });

  for (const [what, argv] of [
    ['the rules of our table', ['flush']],
    ['our table', ['delete']],
  ] as const) {
    it(`of ${what} is made good by the next command that touches pods`, async () => {
      const table = execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' })
        .split('\n')
        .find((line) => line.includes(app.machine.storeId));
      execFileSync('nft', [...argv, ...(table ?? '').split(' ')]);
      await app.machine.ok('exec', 'web-other', 'true');
      await app.answers();
    });
  }

  for (const pinFile of [false, true]) {
    it(`in a reboot ${pinFile ? 'that keeps /run' : 'with an empty /run'} leaves pods that can be started and removed`, async () => {
      await reboot(app, { pinFile });
      const pods = JSON.parse(await app.machine.ok('pod', 'ps', '--format', 'json')) as readonly Pod[];
      assert.deepEqual(
        pods.map(({ Status }) => Status),
        ['Stopped', 'Stopped'],
      );
      assert.doesNotMatch(await app.machine.ok('ps', '-a'), /Up /);
      await app.machine.ok('pod', 'rm', 'second');
      await app.machine.ok('pod', 'start', 'web');
      await app.answers();
      await app.isSettled();
    });
  }

  it('in a reboot leaves pods that can be taken down', async () => {
    await reboot(app, { pinFile: true });
  });
});

interface Pod {
  readonly Status: string;
}

interface Listed {
  readonly Names: readonly string[] | string;
  readonly State: string;
  readonly ExitCode: number;
}

function recordsOf(app: App): readonly ContainerRecord[] {
  const folder = join(app.machine.root, 'pod', 'containers');
  return readdirSync(folder).map((id) => read<ContainerRecord>(join(folder, id, 'container.json')));
}

/** Of the pod `web`. */
function recordOf(app: App, name: string): ContainerRecord {
  const found = recordsOf(app).find((record) => record.podName === 'web' && record.name === name);
  assert.ok(found, name);
  return found;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8'));
}

async function kill(pid: number): Promise<void> {
  if (identify(pid) !== undefined) process.kill(pid, 'SIGKILL');
  await ended(pid);
}

async function ended(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (identify(pid) !== undefined) {
    assert.ok(Date.now() < deadline, `process ${pid} did not end`);
    await delay(10);
  }
}

/**
 * Does to one store what a reboot does to a machine: processes, cgroups, mounts, namespaces, firewall rules and the
 * run folder are gone, and records tell of another boot.
 */
async function reboot(app: App, { pinFile }: { readonly pinFile: boolean }): Promise<void> {
  const { root, runroot, folder, storeId } = app.machine;
  const records = recordsOf(app);
  for (const { phase, pid = 0, conmonPid = 0 } of records) {
    if (phase !== 'running') continue;
    await kill(conmonPid);
    await kill(pid);
  }
  const pins = readdirSync('/run/netns').filter((name) => name.includes(storeId));
  for (const pin of pins) {
    await unmount(join('/run/netns', pin), { lazy: true });
    if (!pinFile) rmSync(join('/run/netns', pin));
  }
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(folder)).reverse()) await unmount(mount);
  removeCgroups(storeId);
  execFileSync('nft', ['delete', 'table', 'inet', tableOf(storeId)]);
  const { pods } = read<{ pods: string }>(join(root, 'pod', 'network', 'addresses.json'));
  execFileSync('ip', ['route', 'del', 'unreachable', pods]);
  rmSync(runroot, { recursive: true });
  mkdirSync(runroot);
  for (const record of records) {
    rewrite<ContainerRecord>(join(root, 'pod', 'containers', record.id, 'container.json'), (now) => ({
      ...now,
      ...(now.boot === undefined ? {} : { boot: 'another' }),
    }));
  }
  for (const id of readdirSync(join(root, 'pod', 'pods'))) {
    rewrite<PodRecord>(join(root, 'pod', 'pods', id, 'pod.json'), (now) => ({
      ...now,
      ...(now.sandbox === undefined ? {} : { sandbox: { ...now.sandbox, boot: 'another' } }),
    }));
  }
}

function tableOf(storeId: string): string {
  const tables = execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' });
  return tables.split(/\s/).find((word) => word.includes(storeId)) ?? '';
}

function rewrite<T>(path: string, change: (record: T) => T): void {
  writeFileSync(path, JSON.stringify(change(read<T>(path))));
}

/** Deepest first, in every hierarchy. What others do with theirs meanwhile is none of our concern. */
function removeCgroups(storeId: string): void {
  const top = '/sys/fs/cgroup';
  const hierarchies = [top, ...readdirSync(top).map((name) => join(top, name))];
  const ours = hierarchies.flatMap((folder) =>
    statSync(folder).isDirectory()
      ? readdirSync(folder)
          .filter((name) => name.includes(storeId))
          .map((name) => join(folder, name))
      : [],
  );
  if (ours.length === 0) return;
  execFileSync('find', [...ours, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'], { stdio: 'ignore' });
}
