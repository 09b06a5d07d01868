import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../../src/contracts/runtime.ts';
import { RuntimeError } from '../../src/errors/runtime-error.ts';
import { createCgroups } from '../../src/host/cgroups.ts';
import { exec } from '../../src/host/exec.ts';
import { readHostFacts } from '../../src/host/facts.ts';
import { installFolder } from '../../src/host/native.ts';
import type { RuntimeSpec } from '../../src/oci/runtime-spec.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import { fakeMachine } from '../fakes/drivers.ts';
import { id as idOf } from '../unit/state/sample.ts';
import { keptBy } from './kept-by.ts';

interface Subject {
  readonly runtime: Runtime;
  /** Where a container's bundle is. */
  readonly bundle: string;
  /** Removes what running containers took beside the runtime's own. */
  end(): Promise<void>;
}

const id = idOf('c1');
const SIGKILL = 9;

function specOf(rootfs: string, cgroupsPath: string): RuntimeSpec {
  const none: readonly string[] = [];
  return {
    ociVersion: '1.0.0',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/pause'],
      env: [],
      cwd: '/',
      capabilities: { bounding: none, effective: none, permitted: none, inheritable: none, ambient: none },
    },
    root: { path: rootfs, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
    ],
    linux: { namespaces: [{ type: 'pid' }, { type: 'mount' }], cgroupsPath, resources: {} },
  };
}

async function real(folder: string): Promise<Subject> {
  const { cgroup: facts } = await readHostFacts();
  const parent = `podcontract${folder.slice(-6).toLowerCase()}`;
  const cgroups = createCgroups({ parent, facts, manager: 'cgroupfs', exec });
  const cgroup = cgroups.forPod(randomUUID());
  await cgroups.create(cgroup, {});
  const [rootfs, bundle] = [join(folder, 'rootfs'), join(folder, 'bundle')];
  for (const name of ['proc', 'dev']) mkdirSync(join(rootfs, name), { recursive: true });
  mkdirSync(bundle);
  copyFileSync(join(installFolder(), 'build', 'pause'), join(rootfs, 'pause'));
  writeFileSync(
    join(bundle, 'config.json'),
    JSON.stringify(specOf(rootfs, cgroups.containerPath(cgroup, id))),
  );
  return {
    bundle,
    runtime: createRuntime({
      exec,
      folder: join(folder, 'runtime'),
      enterCgroup: cgroups.enter,
      hostCapabilities: async () => [],
    }),
    async end() {
      await cgroups.remove(cgroup);
      await cgroups.removeParent();
    },
  };
}

keptBy<Subject>(
  'the runtime',
  {
    'the fake': (folder) => ({
      runtime: fakeMachine(folder).drivers.runtime,
      bundle: join(folder, 'bundle'),
      end: async () => undefined,
    }),
    'this machine': real,
  },
  (subject) => {
    const place = () => ({ id, bundle: subject().bundle });
    const create = () =>
      subject().runtime.create({
        ...place(),
        name: 'web-main',
        logPath: `${subject().bundle}.log`,
        terminal: false,
        stdin: false,
        systemdCgroup: false,
      });

    afterEach(async () => {
      await subject().runtime.delete(id);
      await subject().end();
      rmSync(subject().bundle, { recursive: true, force: true });
    });

    it('knows nothing of a container that is not there, and does it no harm', async () => {
      const { runtime } = subject();
      assert.equal(await runtime.status(id), undefined);
      assert.equal(await runtime.exit(place()), undefined);
      await runtime.kill(id, SIGKILL);
      await runtime.kill(id, SIGKILL, { all: true });
      await runtime.delete(id);
      await runtime.reopenLog(subject().bundle);
      await assert.rejects(
        runtime.exec({
          id,
          argv: ['true'],
          env: [],
          cwd: '/',
          terminal: false,
          interactive: false,
        }),
        (error) => error instanceof RuntimeError && error.code === 'NOT_RUNNING',
      );
    });

    it('leads a container through its life, and tells how it ended', async () => {
      const { runtime } = subject();
      const { pid, conmonPid } = await create();
      assert.ok(pid > 0 && conmonPid > 0 && pid !== conmonPid);
      assert.equal(await runtime.status(id), 'created');
      assert.deepEqual(await runtime.present(), [id]);
      await runtime.start(id);
      assert.equal(await runtime.status(id), 'running');
      assert.equal(await runtime.exit(place()), undefined);
      const waiting = runtime.wait({ ...place(), conmonPid });
      await runtime.kill(id, SIGKILL);
      const exit = await waiting;
      assert.deepEqual([exit.exitCode, exit.oomKilled], [137, false]);
      assert.deepEqual(await runtime.exit(place()), exit);
      assert.deepEqual(await runtime.wait({ ...place(), conmonPid }), exit);
      await runtime.kill(id, SIGKILL);
      await runtime.delete(id);
      await runtime.delete(id);
      assert.equal(await runtime.status(id), undefined);
      assert.deepEqual(await runtime.present(), []);
    });

    it('kills what still runs when it is deleted', async () => {
      const { runtime } = subject();
      const { conmonPid } = await create();
      await runtime.start(id);
      await runtime.delete(id);
      assert.equal(await runtime.status(id), undefined);
      assert.equal((await runtime.wait({ ...place(), conmonPid })).exitCode, 137);
    });

    it('ends a wait with the reason of its signal', async () => {
      const { runtime } = subject();
      const { conmonPid } = await create();
      await runtime.start(id);
      const reason = new Error('enough');
      const abort = new AbortController();
      const waiting = runtime.wait({ ...place(), conmonPid, signal: abort.signal });
      abort.abort(reason);
      await assert.rejects(waiting, reason);
      await assert.rejects(runtime.wait({ ...place(), conmonPid, signal: abort.signal }), reason);
    });
  },
);
