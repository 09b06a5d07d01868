import { strict as assert } from 'node:assert';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRecord } from '../../src/contracts/records.ts';
import { POD } from '../host/machine.ts';
import { App, slow } from './app.ts';

type State = Parameters<Parameters<App['reaches']>[0]>[0];

const begun = ({ pods }: State) => pods.length > 0;
const initRuns = ({ containers }: State) =>
  containers.some(({ role, phase }) => role === 'init' && phase === 'running');
const appRuns = ({ containers }: State) =>
  containers.some(({ role, phase }) => role === 'app' && phase === 'running');

/** Says much, and does not mind being asked to end. */
function talker(hostPort: number): string {
  return `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: store}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: talker}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: main
    image: localhost/busybox:latest
    command: [sh, -c, "seq 100000; exec httpd -f -p 80"]
    ports: [{containerPort: 80, hostPort: ${hostPort}}]
`;
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal };
}

/** Runs a shell command line with `$POD` set to the launcher and the flags of the store. */
async function shell(app: App, line: string): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', line], { env: shellEnv(app), timeout: 60_000 }, (error, stdout, stderr) =>
      error === null ? resolve({ stdout, stderr }) : reject(error),
    );
  });
}

function shellEnv({ machine }: App): NodeJS.ProcessEnv {
  return { ...process.env, POD: [POD, ...machine.flags].join(' ') };
}

describe('signals to a play', () => {
  let app: App;
  before(async () => {
    app = await App.create(slow);
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await app.clear();
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    for (const [moment, isSo] of [
      ['at its beginning', begun],
      ['while an init container runs', initRuns],
    ] as const) {
      it(`${signal} ${moment} undoes all of it`, async () => {
        const child = app.machine.start(app.play);
        const ended = endOf(child);
        await app.reaches(isSo);
        child.kill(signal);
        assert.deepEqual(await ended, { code, signal: null });
        await app.isGone();
      });
    }
  }

  it('a second Ctrl-C ends it at once, and the next command cleans up', async () => {
    const child = app.machine.start(app.play);
    const ended = endOf(child);
    await app.reaches(initRuns);
    child.kill('SIGINT');
    await delay(5);
    child.kill('SIGINT');
    assert.deepEqual(await ended, { code: 130, signal: null });
    await app.machine.ok('pod', 'ps');
    await app.isGone();
  });

  it('closing the terminal undoes it, though nothing can be written any more', async () => {
    const terminal = spawn('script', ['-qec', `$POD play kube ${app.file}`, '/dev/null'], {
      env: shellEnv(app),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = endOf(terminal);
    await app.reaches(initRuns);
    terminal.kill('SIGKILL');
    await ended;
    await app.reaches(({ pods }) => pods.length === 0);
    await until(() => app.machine.leaks().then((leaks) => leaks.length === 0));
    await app.isGone();
  });
});

describe('signals to commands that watch a pod', () => {
  let app: App;
  before(async () => {
    app = await App.create(talker);
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await app.clear();
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`${signal} to \`play --wait\` takes all of it away within the grace period`, async () => {
      const child = app.machine.start([...app.play, '--wait']);
      const ended = endOf(child);
      await app.reaches(appRuns);
      await until(async () => (await app.machine.ok('pod', 'ps')).includes('Running'));
      await once(child.stderr, 'data');
      child.kill(signal);
      assert.equal((await ended).signal, null);
      await app.isGone();
    });
  }

  it('leaves a pod alone whose logs are followed', async () => {
    await app.machine.ok(...app.play);
    for (const signal of ['SIGINT', 'SIGHUP'] as const) {
      const child = app.machine.start(['pod', 'logs', '-f', 'talker']);
      const ended = endOf(child);
      await once(child.stdout, 'data');
      child.kill(signal);
      child.stdout.resume();
      assert.equal((await ended).signal, null);
    }
    await app.isSettled();
  });

  it('a reader that goes away ends a command without a word', async () => {
    for (const command of [
      'pod logs talker',
      'logs -f talker-main',
      'pod ps',
      'ps -a',
      'pod ps --format json',
    ]) {
      const { stdout, stderr } = await shell(app, `$POD ${command} | head -n 1`);
      assert.notEqual(stdout, '', command);
      assert.equal(stderr, '', command);
    }
    await app.machine.ok(...app.down);
    await app.isGone();
  });
});

describe('the end of the session that played', () => {
  let app: App;
  before(async () => {
    app = await App.create();
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async () => {
    await app.clear();
  });

  it('leaves pods running when every process of it is killed', async () => {
    const session = spawn('setsid', ['sh', '-c', `$POD play kube ${app.file}; echo done; sleep 1000`], {
      env: shellEnv(app),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = endOf(session);
    await printed(session, 'done');
    const members = sessionOf(session.pid);
    for (const pid of members) process.kill(pid, 'SIGKILL');
    await ended;
    await app.isSettled();
    await app.answers();
  });

  it('leaves pods running when its cgroup is killed', async () => {
    const folders = makeCgroups(`pod-test-${randomBytes(4).toString('hex')}`);
    const enter = folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ');
    const session = spawn('sh', ['-c', `${enter} && $POD play kube ${app.file} && echo done; sleep 1000`], {
      env: shellEnv(app),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = endOf(session);
    await printed(session, 'done');
    for (const folder of folders) {
      for (const pid of pidsIn(folder)) process.kill(pid, 'SIGKILL');
    }
    await ended;
    await until(async () => folders.every((folder) => pidsIn(folder).length === 0));
    for (const folder of folders) rmdirSync(folder);
    await app.isSettled();
    await app.answers();
  });

  it('is nothing to monitors: they have cgroups, sessions and descriptors of their own', async () => {
    const terminal = spawn('script', ['-qec', `$POD play kube ${app.file}`, '/dev/null'], {
      env: shellEnv(app),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    assert.equal((await endOf(terminal)).code, 0);
    const records = readdirSync(join(app.machine.root, 'pod', 'containers')).map((id) => recordOf(app, id));
    const monitors = records.flatMap(({ phase, conmonPid }) =>
      phase === 'running' && conmonPid ? [conmonPid] : [],
    );
    assert.equal(monitors.length, 5);
    for (const { pid, conmonPid } of records.filter(({ phase }) => phase === 'running')) {
      for (const process of [pid ?? 0, conmonPid ?? 0]) {
        const cgroups = readFileSync(`/proc/${process}/cgroup`, 'utf8').trim().split('\n');
        for (const line of cgroups) assert.match(line, new RegExp(`pod-${app.machine.storeId}|:/$`));
        assert.ok(cgroups.some((line) => line.includes(app.machine.storeId)));
        assert.deepEqual(
          descriptorsOf(process).filter((path) => /^\/dev\/(pts|tty|console)/.test(path)),
          [],
        );
      }
      assert.equal(sessionIdOf(conmonPid ?? 0), conmonPid);
    }
    await app.answers();
  });
});

function recordOf({ machine }: App, id: string): ContainerRecord {
  return JSON.parse(readFileSync(join(machine.root, 'pod', 'containers', id, 'container.json'), 'utf8'));
}

async function printed(child: ChildProcess, text: string): Promise<void> {
  let output = '';
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    if (output.includes(text)) return;
  }
  assert.fail(`ended without printing ${text}: ${output}`);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, 'not so in time');
    await delay(20);
  }
}

/** Fields of /proc/PID/stat after the name; the session is the fourth of them. Undefined when the process has ended. */
function sessionIdOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function sessionOf(leader: number | undefined): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => sessionIdOf(pid) === leader);
}

function descriptorsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).map((name) => readlinkSync(join(folder, name)));
}

/** A cgroup in those hierarchies that take processes without further ado. */
function makeCgroups(name: string): readonly string[] {
  const top = '/sys/fs/cgroup';
  const roots = existsSync(join(top, 'cgroup.procs'))
    ? [top]
    : ['pids', 'memory', 'systemd', 'unified'].map((hierarchy) => join(top, hierarchy)).filter(existsSync);
  const folders = roots.map((root) => join(root, name));
  for (const folder of folders) mkdirSync(folder);
  return folders;
}

function pidsIn(folder: string): readonly number[] {
  return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
}
