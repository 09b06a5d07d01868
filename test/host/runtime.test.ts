import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreatedContainer, Runtime } from '../../src/contracts/runtime.ts';
import { RuntimeError } from '../../src/errors/runtime-error.ts';
import { exec } from '../../src/host/exec.ts';
import type { RuntimeSpec } from '../../src/oci/runtime-spec.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';

const APPLETS = ['mkdir', 'tail', 'sh', 'grep', 'test', 'sleep', 'echo', 'cat', 'true', 'id', 'kill', 'ls'];

/** Mount points of the cgroup hierarchies that a pod may use here. */
const HIERARCHIES = readFileSync('/proc/self/mountinfo', 'utf8')
  .split('\n')
  .filter((line) => / - cgroup2? /.test(line))
  .map((line) => line.split(' ')[4] ?? '');

const hostCapabilities = async () => ['CAP_CHOWN', 'CAP_KILL'];

interface Box {
  readonly id: string;
  readonly bundle: string;
  readonly logPath: string;
}

for (const name of ['crun', 'runc']) {
  describe(`containers through conmon and ${name}`, () => {
    let folder: string;
    let rootfs: string;
    let cgroup: string;
    let runtime: Runtime;
    let count = 0;
    const created: (CreatedContainer & Box)[] = [];

    before(() => {
      folder = mkdtempSync(join(tmpdir(), `pod-runtime-${name}-`));
      cgroup = `/pod-test-${folder.slice(-6)}`;
      rootfs = join(folder, 'rootfs');
      mkdirSync(join(rootfs, 'bin'), { recursive: true });
      copyFileSync('/bin/busybox', join(rootfs, 'bin/busybox'));
      for (const applet of APPLETS) symlinkSync('busybox', join(rootfs, 'bin', applet));
      writeFileSync(join(rootfs, 'bin/data'), 'no program\n');
      chmodSync(join(rootfs, 'bin/data'), 0o644);
      runtime = createRuntime({
        exec,
        folder: join(folder, 'run'.repeat(50)),
        runtime: name,
        enterCgroup,
        hostCapabilities,
      });
    });

    after(async () => {
      for (const { id, bundle } of created) {
        await runtime.delete(id);
        rmSync(bundle, { recursive: true, force: true });
      }
      for (const { conmonPid } of created) await gone(conmonPid);
      for (const hierarchy of HIERARCHIES) removeCgroups(join(hierarchy, cgroup));
      assert.deepEqual(readdirSync(join(folder, 'run'.repeat(50), name)), []);
      assert.deepEqual(readdirSync(join(folder, 'run'.repeat(50), 'bundles')), []);
      rmSync(folder, { recursive: true });
    });

    async function enterCgroup(path: string, pid: number): Promise<void> {
      for (const hierarchy of HIERARCHIES) {
        mkdirSync(join(hierarchy, path), { recursive: true });
        // Only version 1 has these at the top, and takes an empty list for none instead of all.
        if (existsSync(join(hierarchy, 'cpuset.mems'))) inheritCpuset(hierarchy, path);
        writeFileSync(join(hierarchy, path, 'cgroup.procs'), String(pid));
      }
    }

    function box(...args: string[]): Box {
      count += 1;
      const id = count.toString(16).padStart(64, 'e');
      const bundle = join(folder, 'bundle'.repeat(20), String(count));
      mkdirSync(bundle, { recursive: true });
      writeFileSync(join(bundle, 'config.json'), JSON.stringify(specOf(args, id)));
      return { id, bundle, logPath: join(folder, `${count}.log`) };
    }

    function specOf(args: readonly string[], id: string): RuntimeSpec {
      const capabilities = ['CAP_KILL'];
      return {
        ociVersion: '1.0.0',
        process: {
          user: { uid: 0, gid: 0 },
          args,
          env: ['PATH=/bin'],
          cwd: '/',
          capabilities: {
            bounding: capabilities,
            effective: capabilities,
            permitted: capabilities,
            inheritable: [],
            ambient: [],
          },
          noNewPrivileges: true,
        },
        root: { path: rootfs },
        mounts: [
          { destination: '/proc', type: 'proc', source: 'proc' },
          { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['mode=755'] },
          { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'gid=5'] },
        ],
        linux: {
          namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'ipc' }, { type: 'uts' }],
          cgroupsPath: `${cgroup}/${id}`,
          resources: {},
        },
      };
    }

    async function create(
      place: Box,
      more: { exitCommand?: readonly string[]; held?: number[]; terminal?: boolean } = {},
    ) {
      const made = await runtime.create({
        ...place,
        name: 'box',
        terminal: more.terminal ?? false,
        stdin: more.terminal ?? false,
        systemdCgroup: false,
        monitorCgroup: `${cgroup}/conmon`,
        ...(more.exitCommand ? { exitCommand: more.exitCommand } : {}),
        ...(more.held ? { heldDescriptors: more.held } : {}),
      });
      created.push({ ...place, ...made });
      return { ...place, ...made };
    }

    async function running(...args: string[]) {
      const made = await create(box(...args));
      await runtime.start(made.id);
      return made;
    }

    it('says which runtime it is', async () => {
      const identity = await runtime.identity();
      assert.equal(identity.name, name);
      assert.match(identity.version, /^\d+\.\d+/);
    });

    it('creates, starts, logs and tells the exit code', async () => {
      const made = await create(box('sh', '-c', 'echo out; echo err >&2; exit 3'));
      assert.equal(await runtime.status(made.id), 'created');
      assert.equal(await runtime.exit(made), undefined);
      await runtime.start(made.id);
      const ended = await runtime.wait(made);
      assert.deepEqual([ended.exitCode, ended.oomKilled], [3, false]);
      assert.ok(Math.abs(Date.parse(ended.finishedAt) - Date.now()) < 60_000);
      assert.deepEqual(await runtime.exit(made), ended);
      assert.deepEqual(await runtime.wait(made), ended);
      assert.equal(await runtime.status(made.id), 'stopped');
      const lines = readFileSync(made.logPath, 'utf8').trimEnd().split('\n');
      assert.deepEqual(lines.map((line) => line.split(' ').slice(1).join(' ')).sort(), [
        'stderr F err',
        'stdout F out',
      ]);
    });

    it('moves conmon to its cgroup before it does anything', async () => {
      const made = await running('sleep', '600');
      const lines = readFileSync(`/proc/${made.conmonPid}/cgroup`, 'utf8').trimEnd().split('\n');
      assert.ok(lines.every((line) => line.endsWith(`${cgroup}/conmon`)));
    });

    it('lets conmon hold descriptors, and runs the exit command when the container has ended', async () => {
      const note = join(folder, 'note');
      const held = join(folder, 'held');
      writeFileSync(held, '');
      const descriptor = openSync(held, 'r');
      const made = await create(box('sleep', '600'), {
        held: [descriptor],
        exitCommand: ['/bin/busybox', 'sh', '-c', `echo gone > ${note}`],
      });
      closeSync(descriptor);
      await runtime.start(made.id);
      const open = execFileSync('ls', ['-l', `/proc/${made.conmonPid}/fd`], { encoding: 'utf8' });
      assert.ok(open.includes(held));
      // What the runtime itself still has goes when it becomes the program.
      await until(() => readFileSync(`/proc/${made.pid}/comm`, 'utf8') === 'sleep\n');
      const inside = execFileSync('ls', ['-l', `/proc/${made.pid}/fd`], { encoding: 'utf8' });
      assert.ok(!inside.includes(held));
      await runtime.kill(made.id, 9);
      assert.equal((await runtime.wait(made)).exitCode, 137);
      await gone(made.conmonPid);
      assert.equal(readFileSync(note, 'utf8'), 'gone\n');
    });

    for (const [args, code, exitCode] of [
      [['nothing'], 'COMMAND_NOT_FOUND', 127],
      [['/bin/nothing'], 'COMMAND_NOT_FOUND', 127],
      [['/bin/data/x'], 'COMMAND_NOT_FOUND', 127],
      [['/bin/data'], 'COMMAND_NOT_EXECUTABLE', 126],
      [['/bin'], 'COMMAND_NOT_EXECUTABLE', 126],
    ] as const) {
      it(`tells ${code} for ${args.join(' ')} and leaves nothing`, async () => {
        const place = box(...args);
        await assert.rejects(
          create(place),
          (error: unknown) =>
            error instanceof RuntimeError && error.code === code && error.exitCode === exitCode,
        );
        assert.equal(await runtime.status(place.id), undefined);
        await runtime.delete(place.id);
      });
    }

    it('tells CREATE_FAILED for a spec that the runtime refuses', async () => {
      const place = box('true');
      writeFileSync(join(place.bundle, 'config.json'), '{');
      await assert.rejects(
        create(place),
        (error: unknown) => error instanceof RuntimeError && error.code === 'CREATE_FAILED',
      );
    });

    it('executes commands and passes their exit codes on', async () => {
      const { id } = await running('sleep', '600');
      const run = (...argv: string[]) =>
        runtime.exec({ id, argv, env: ['PATH=/bin'], cwd: '/', terminal: false, interactive: false });
      assert.equal(await run('true'), 0);
      assert.equal(await run('sh', '-c', 'exit 3'), 3);
      assert.equal(await run('sh', '-c', 'exit 255'), 255);
      for (const [program, code] of [
        ['nothing', 'COMMAND_NOT_FOUND'],
        ['/bin/data', 'COMMAND_NOT_EXECUTABLE'],
      ] as const) {
        await assert.rejects(run(program), (error) => error instanceof RuntimeError && error.code === code);
      }
      assert.equal(await run('sh', '-c', 'kill -9 $$'), 137);
      assert.equal(
        await run('sh', '-c', 'test "$(cat /proc/self/status | grep CapBnd)" = "CapBnd:\t0000000000000020"'),
        0,
      );
      assert.equal(await run('sh', '-c', 'grep -q "NoNewPrivs:.1" /proc/self/status'), 0);
    });

    it('executes as another user, in another folder, with another environment', async () => {
      const { id } = await running('sleep', '600');
      const script = 'test "$(id -u):$(id -g)" = 7:8 && test "$PWD" = /bin && test "$X" = "a b"';
      assert.equal(
        await runtime.exec({
          id,
          argv: ['sh', '-c', script],
          env: ['PATH=/bin', 'X=a b'],
          cwd: '/bin',
          user: { uid: 7, gid: 8, additionalGids: [] },
          terminal: false,
          interactive: false,
        }),
        0,
      );
    });

    it('executes with the capabilities of the host when privileged', async () => {
      const { id } = await running('sleep', '600');
      const argv = ['sh', '-c', 'grep -q "CapBnd:.0000000000000021" /proc/self/status'];
      const common = { id, argv, env: ['PATH=/bin'], cwd: '/', terminal: false, interactive: false };
      assert.equal(await runtime.exec({ ...common, privileged: true }), 0);
      assert.equal(await runtime.exec(common), 1);
    });

    it('refuses to execute in a container that has ended or never was', async () => {
      const made = await running('true');
      await runtime.wait(made);
      for (const id of [made.id, 'f'.repeat(64)]) {
        await assert.rejects(
          runtime.exec({ id, argv: ['true'], env: [], cwd: '/', terminal: false, interactive: false }),
          (error: unknown) => error instanceof RuntimeError && error.code === 'NOT_RUNNING',
        );
      }
    });

    it('kills, and does not mind one that has ended or never was', async () => {
      const made = await running('sh', '-c', 'sleep 600 & sleep 600');
      await runtime.kill(made.id, 9, { all: true });
      assert.equal((await runtime.wait(made)).exitCode, 137);
      await runtime.kill(made.id, 15);
      await runtime.kill(made.id, 15, { all: true });
      await runtime.kill('f'.repeat(64), 15);
    });

    it('kills a container whose conmon died, and counts it as killed', async () => {
      const made = await running('sleep', '600');
      const waiting = runtime.wait(made);
      process.kill(made.conmonPid, 'SIGKILL');
      assert.equal((await waiting).exitCode, 137);
      await gone(made.pid);
      assert.equal(await runtime.exit(made), undefined);
    });

    it('stops waiting when told to', async () => {
      const made = await running('sleep', '600');
      const controller = new AbortController();
      const waiting = runtime.wait({ ...made, signal: controller.signal });
      controller.abort(new Error('enough'));
      await assert.rejects(waiting, /enough/);
    });

    it('filters system calls, also with a filter that was compiled before', async () => {
      const seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 13 }],
      };
      for (const _ of ['compiled', 'used again']) {
        const args = ['sh', '-c', 'mkdir /tmp-x && exit 1; exec sleep 600'];
        const place = box(...args);
        const spec = specOf(args, place.id);
        writeFileSync(
          join(place.bundle, 'config.json'),
          JSON.stringify({ ...spec, linux: { ...spec.linux, seccomp } }),
        );
        const { id, pid } = await create(place);
        await runtime.start(id);
        await until(() => /Seccomp:\s+2/.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
        const argv = ['sh', '-c', 'grep -q "Seccomp:.2" /proc/self/status && ! mkdir /tmp-x 2>/dev/null'];
        const common = { env: ['PATH=/bin'], cwd: '/', terminal: false, interactive: false };
        assert.equal(await runtime.exec({ id, argv, ...common }), 0);
        assert.equal(await runtime.status(id), 'running');
      }
      assert.equal(existsSync(join(folder, 'run'.repeat(50), 'seccomp')), name === 'crun');
    });

    it('tells that memory ran out', async () => {
      const place = box('tail', '/dev/zero');
      const spec = specOf(['tail', '/dev/zero'], place.id);
      const resources = { memory: { limit: 8 * 1024 * 1024 } };
      const limited = { ...spec, linux: { ...spec.linux, resources } };
      writeFileSync(join(place.bundle, 'config.json'), JSON.stringify(limited));
      const made = await create(place);
      await runtime.start(made.id);
      const ended = await runtime.wait(made);
      assert.deepEqual([ended.exitCode, ended.oomKilled], [137, true]);
    });

    it('gives a container a terminal, wherever its files lie', async () => {
      const place = box('sh', '-c', 'test -t 0 && test -t 1 && echo yes');
      const spec = specOf(['sh', '-c', 'test -t 0 && test -t 1 && echo yes'], place.id);
      const withTerminal = { ...spec, process: { ...spec.process, terminal: true } };
      writeFileSync(join(place.bundle, 'config.json'), JSON.stringify(withTerminal));
      const made = await create(place, { terminal: true });
      assert.ok(existsSync(join(place.bundle, 'attach')));
      await runtime.start(made.id);
      assert.equal((await runtime.wait(made)).exitCode, 0);
      assert.match(readFileSync(made.logPath, 'utf8'), / stdout F yes\r?\n$/);
    });

    it('opens the log anew', async () => {
      const made = await running('sh', '-c', 'while :; do echo tick; sleep 0.05; done');
      await appears(made.logPath);
      renameSync(made.logPath, `${made.logPath}.1`);
      await runtime.reopenLog(made.bundle);
      await appears(made.logPath);
    });

    it('deletes what runs, and may be asked twice', async () => {
      const made = await running('sleep', '600');
      await runtime.delete(made.id);
      await runtime.delete(made.id);
      assert.equal(await runtime.status(made.id), undefined);
      await gone(made.pid);
      await gone(made.conmonPid);
    });
  });
}

describe('the choice of a runtime', () => {
  it('finds one that works here, and remembers it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pod-choose-'));
    const options = { exec, folder, enterCgroup: async () => {}, hostCapabilities };
    try {
      const identity = await createRuntime(options).identity();
      assert.ok(['crun', 'runc'].includes(identity.name));
      assert.deepEqual(readdirSync(folder), ['probe.lock', 'runtime.json']);
      assert.deepEqual(await createRuntime(options).identity(), identity);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('passes over one that does not work here, and says why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pod-choose-'));
    const path = process.env['PATH'];
    writeFileSync(join(folder, 'crun'), '#!/bin/sh\necho no such hierarchy >&2\nexit 1\n', { mode: 0o755 });
    process.env['PATH'] = `${folder}:${path}`;
    try {
      const options = { exec, folder, enterCgroup: async () => {}, hostCapabilities };
      const identity = await createRuntime(options).identity();
      assert.equal(identity.name, 'runc');
      assert.match(identity.note ?? '', /crun.*no such hierarchy/);
      rmSync(join(folder, 'crun'));
      assert.notEqual((await createRuntime(options).identity()).note, identity.note);
    } finally {
      process.env['PATH'] = path;
      rmSync(folder, { recursive: true });
    }
  });

  it('says so when the wanted one is not there, or does not work', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pod-choose-'));
    const broken = join(folder, 'broken');
    writeFileSync(broken, '#!/bin/sh\necho broken >&2\nexit 1\n', { mode: 0o755 });
    const identity = (wanted: string) =>
      createRuntime({
        exec,
        folder,
        runtime: wanted,
        enterCgroup: async () => {},
        hostCapabilities,
      }).identity();
    const hasCode = (code: string) => (error: unknown) =>
      error instanceof RuntimeError && error.code === code;
    try {
      await assert.rejects(identity('/nothing/here'), hasCode('RUNTIME_MISSING'));
      await assert.rejects(identity(broken), hasCode('RUNTIME_BROKEN'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function inheritCpuset(hierarchy: string, path: string): void {
  const parts = path.split('/').filter(Boolean);
  for (const index of parts.keys()) {
    const folder = join(hierarchy, ...parts.slice(0, index + 1));
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const own = readFileSync(join(folder, file), 'utf8').trim();
      if (own === '') appendFileSync(join(folder, file), readFileSync(join(folder, '..', file), 'utf8'));
    }
  }
}

/** Waits, with a generous deadline, until a process has ended. */
async function gone(pid: number): Promise<void> {
  await until(() => !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(statusOf(pid)));
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State:\tZ';
  }
}

async function appears(path: string): Promise<void> {
  await until(() => existsSync(path) && readFileSync(path, 'utf8').includes('tick'));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function removeCgroups(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroups(join(folder, entry.name));
  }
  rmdirSync(folder);
}
