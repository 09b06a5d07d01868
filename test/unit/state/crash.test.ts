import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '../../../src/kube/wire.ts';
import { createStore } from '../../../src/state/create-store.ts';
import { containerRecord, id, podRecord } from './sample.ts';

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
const key = { group: '', kind: 'Thing', namespace: 'default', name: 'a' };

describe('death of a writer', function () {
  this.timeout(120_000);
  let folder: string;
  const open = () =>
    createStore({ folder, runFolder: join(folder, 'run'), processes: { alive: () => false } });
  const dies = (verb: string, fault: string) => {
    const { signal, stderr } = spawnSync(process.execPath, [writer, folder, verb], {
      env: { ...process.env, POD_TEST: '1', POD_FAULT: fault },
      encoding: 'utf8',
    });
    assert.equal(signal, 'SIGKILL', stderr);
  };
  const start = async (verb: string) => {
    const child = spawn(process.execPath, [writer, folder, verb], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-crash-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('between the parts of a change of an object', () => {
    const before = { create: undefined, update: '1', remove: '1' } as const;
    const after = { create: '1', update: '2', remove: undefined } as const;
    for (const verb of ['create', 'update', 'remove'] as const) {
      for (const fault of ['objects.pending', 'objects.logged', 'objects.placed']) {
        it(`${verb}, ${fault}: done wholly or not at all, and all goes on`, async () => {
          if (verb !== 'create') spawnSync(process.execPath, [writer, folder, 'create']);
          const created = verb === 'create' ? 0 : 1;
          dies(verb, fault);
          const happened = fault !== 'objects.pending';
          assert.equal(
            (await open().objects.list({ kind: 'Thing' })).length,
            (happened ? after : before)[verb] ? 1 : 0,
          );
          const { objects } = open();
          assert.equal(await objects.version(), happened ? created + 1 : created);
          assert.equal((await objects.changes(0)).length, await objects.version());
          const stored = await objects.get<KubeObject & { data: { n: string } }>(key);
          assert.equal(stored?.data.n, happened ? after[verb] : before[verb]);
          const other = await objects.create<KubeObject>({
            apiVersion: 'v1',
            kind: 'Thing',
            metadata: { name: 'b', namespace: 'default' },
          });
          assert.equal(Number(other.metadata.resourceVersion), (await objects.changes(0)).length);
          assert.deepEqual(readdirSync(join(folder, 'objects')), ['core']);
        });
      }
    }

    it('a writer that comes next finishes it before its own', async () => {
      dies('create', 'objects.logged');
      const { objects } = open();
      await objects.remove(key);
      assert.equal(await objects.version(), 2);
    });
  });

  it('at any time: the objects are just what the log tells', async () => {
    for (let round = 0; round < 6; round += 1) {
      const child = await start('churn');
      await setTimeout(20 + Math.random() * 100);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { objects } = open();
      const last = new Map<string, [string, number]>();
      const versions: number[] = [];
      for (const { version, type, key } of await objects.changes(0)) {
        versions.push(version);
        last.set(key.name, [type, version]);
      }
      assert.deepEqual(
        versions,
        versions.map((_, index) => index + 1),
      );
      const told = [...last].filter(([, [type]]) => type !== 'DELETED');
      assert.deepEqual(
        (await objects.list({ kind: 'Thing' })).map(({ metadata }) => [
          metadata.name,
          Number(metadata.resourceVersion),
        ]),
        told.map(([name, [, version]]) => [name, version]).sort(),
      );
    }
  });

  it('before a pod has its record: the name is free', async () => {
    for (const fault of ['records.named', 'records.staged']) {
      dies('createPod', fault);
      const { records } = open();
      assert.deepEqual(await records.pods(), []);
      await records.createPod(podRecord('b', 'web'));
      await records.removePod(id('b'));
    }
  });

  it('before a container has its record: the name is free', async () => {
    dies('createContainer', 'records.named');
    await open().records.writeContainer(containerRecord('c', { pod: 'a', name: 'web-main' }));
  });

  it('during a removal: the record stays until all else is gone, and no folder is left', async () => {
    for (const fault of ['records.cleared', 'records.removed']) {
      await open().records.createPod(podRecord('a', 'web'));
      dies('removePod', fault);
      const { records } = open();
      assert.equal((await records.pods()).length, fault === 'records.cleared' ? 1 : 0);
      await records.removePod(id('a'));
      assert.deepEqual(readdirSync(join(folder, 'pods')), []);
      await records.createPod(podRecord('b', 'web'));
      await records.removePod(id('b'));
    }
  });

  it('after a wish: it stands', async () => {
    await open().records.createPod(podRecord('a', 'web'));
    dies('want', 'records.wanted');
    assert.deepEqual((await open().records.pod(id('a')))?.wanted, { state: 'stopped', generation: 2 });
  });

  it('frees the lease, for one who waits too', async () => {
    const holder = await start('lease');
    const { records } = open();
    assert.equal(await records.tryLease(id('a')), undefined);
    const waiting = records.lease(id('a'));
    holder.kill('SIGKILL');
    await (await waiting)[Symbol.asyncDispose]();
    assert.equal(existsSync(join(folder, 'locks', 'leases', id('a'))), false);
  });

  it('leaves a file of its lease, which the next pod sweeps away', async () => {
    const holder = await start('lease');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const { records } = open();
    await using held = await records.lease(id('b'));
    await records.createPod(podRecord('c', 'web'));
    assert.deepEqual(readdirSync(join(folder, 'locks', 'leases')), [held.podId]);
  });

  it('leaves its journal to whoever looks next, and only then', async () => {
    const command = await start('journal');
    assert.deepEqual(await open().journals.abandoned(), []);
    command.kill('SIGKILL');
    await once(command, 'exit');
    const [journal, ...more] = await open().journals.abandoned();
    assert.deepEqual(more, []);
    assert.deepEqual([journal?.verb, journal?.entries.length], ['play', 2]);
    await journal?.finish();
  });

  it('none: processes side by side lose no change', async () => {
    const { objects, records } = open();
    spawnSync(process.execPath, [writer, folder, 'create']);
    await records.createPod(podRecord('a', 'web'));
    const children = ['increment', 'increment', 'want20', 'want20'].map((verb) =>
      spawn(process.execPath, [writer, folder, verb], { stdio: 'inherit' }),
    );
    const seen: number[] = [];
    const abort = new AbortController();
    const watching = (async () => {
      for await (const { version } of objects.watch(0, abort.signal)) {
        seen.push(version);
        if (version === 31) abort.abort();
      }
    })();
    for (const child of children) {
      if (child.exitCode === null) await once(child, 'exit');
      assert.equal(child.exitCode, 0);
    }
    assert.equal((await objects.get<KubeObject & { data: { n: string } }>(key))?.data.n, '31');
    assert.equal((await records.pod(id('a')))?.wanted.generation, 41);
    await watching;
    assert.deepEqual(
      seen,
      Array.from({ length: 31 }, (_, index) => index + 1),
    );
  });
});
