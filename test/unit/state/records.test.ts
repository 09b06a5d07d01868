import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/contracts/store.ts';
import { StateError } from '../../../src/errors/state-error.ts';
import { createStore } from '../../../src/state/create-store.ts';
import { containerRecord, id, podRecord } from './sample.ts';

const stateError = (code: string) => (error: unknown) => error instanceof StateError && error.code === code;

describe('records', () => {
  let folder: string;
  let store: Store;
  const open = (runFolder = join(folder, 'run'), alive = false) =>
    createStore({ folder, runFolder, processes: { alive: () => alive } });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-records-'));
    store = open();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('of pods and containers', () => {
    it('are written, changed, listed and removed with their folders', async () => {
      const { records } = store;
      await records.createPod(
        podRecord('a', 'web', { containers: [{ id: id('c'), name: 'm', role: 'app' }] }),
      );
      await records.writeContainer(containerRecord('c', { pod: 'a', name: 'web-m' }));
      await records.writeContainer(containerRecord('d', { pod: 'b', name: 'other-m' }));
      await records.writeContainer(containerRecord('c', { pod: 'a', name: 'web-m' }, { phase: 'running' }));
      assert.equal((await records.container(id('c')))?.phase, 'running');
      assert.deepEqual(
        (await records.containers(id('a'))).map((record) => record.id),
        [id('c')],
      );
      assert.deepEqual(
        (await records.containers(id('b'))).map((record) => record.id),
        [id('d')],
      );
      assert.equal((await records.containers()).length, 2);
      const changed = await records.updatePod(id('a'), (pod) => ({ ...pod, phase: 'ready' }));
      assert.equal(changed?.phase, 'ready');
      assert.deepEqual(await open().records.pod(id('a')), changed);
      assert.equal(await records.updatePod(id('f'), (pod) => pod), undefined);
      assert.equal(await records.updateContainer(id('f'), (record) => record), undefined);
      mkdirSync(join(records.podFolder(id('a')), 'volumes', 'x'), { recursive: true });
      for (const container of ['c', 'd', 'e']) await records.removeContainer(id(container));
      for (const pod of ['a', 'b']) await records.removePod(id(pod));
      assert.deepEqual(await records.pods(), []);
      assert.deepEqual(await records.containers(), []);
      assert.deepEqual(readdirSync(join(folder, 'pods')), []);
      assert.deepEqual(readdirSync(join(folder, 'containers')), []);
    });

    it('are tidied of names, leases and half-written records that belong to none', async () => {
      const { records } = store;
      await records.createPod(podRecord('a', 'web'));
      const names = join(folder, 'names', 'pods', 'default');
      symlinkSync(id('b'), join(names, 'gone'));
      mkdirSync(join(folder, 'staged'));
      writeFileSync(join(folder, 'staged', 'pod.json'), '{');
      const leases = join(folder, 'locks', 'leases');
      mkdirSync(leases, { recursive: true });
      for (const pod of ['a', 'b']) writeFileSync(join(leases, id(pod)), '');
      await records.tidy();
      assert.deepEqual(readdirSync(names), ['web']);
      assert.deepEqual(readdirSync(leases), [id('a')]);
      assert.ok(!existsSync(join(folder, 'staged')));
      assert.equal((await records.pod(id('a')))?.name, 'web');
    });

    it('lose no change of many at a time', async () => {
      await store.records.createPod(podRecord('a', 'web'));
      const stores = [open(), open()];
      await Promise.all(
        Array.from({ length: 40 }, (_, index) => stores[index % 2]?.records.want(id('a'), 'stopped')),
      );
      assert.deepEqual((await store.records.pod(id('a')))?.wanted, { state: 'stopped', generation: 41 });
    });

    it('leave an absent pod absent', async () => {
      await store.records.createPod(podRecord('a', 'web'));
      await store.records.want(id('a'), 'absent');
      assert.deepEqual(await store.records.want(id('a'), 'running'), { state: 'absent', generation: 3 });
      assert.equal(await store.records.want(id('f'), 'running'), undefined);
    });
  });

  describe('names', () => {
    it('are unique among pods, and among containers, of one namespace', async () => {
      const { records } = store;
      await records.createPod(podRecord('a', 'web'));
      await assert.rejects(records.createPod(podRecord('b', 'web')), stateError('OBJECT_EXISTS'));
      await assert.rejects(records.createPod(podRecord('a', 'web')), stateError('OBJECT_EXISTS'));
      await records.createPod(podRecord('b', 'web', { namespace: 'other' }));
      await records.writeContainer(containerRecord('c', { pod: 'a', name: 'web' }));
      await assert.rejects(
        records.writeContainer(containerRecord('d', { pod: 'a', name: 'web' })),
        stateError('OBJECT_EXISTS'),
      );
      await records.removeContainer(id('c'));
      await records.writeContainer(containerRecord('d', { pod: 'a', name: 'web' }));
      await records.removePod(id('a'));
      await records.createPod(podRecord('e', 'web'));
      assert.equal((await records.pods()).length, 2);
    });

    it('let one of two at the same time win', async () => {
      const settled = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((start) => open().records.createPod(podRecord(start, 'web'))),
      );
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal((await store.records.pods()).length, 1);
    });
  });

  describe('that cannot be read', () => {
    const damaged: readonly [string, string, string][] = [
      ['empty', '', 'RECORD_CORRUPT'],
      ['cut', '{"format":1', 'RECORD_CORRUPT'],
      ['no object', '7', 'RECORD_CORRUPT'],
      ['without a format', '{}', 'RECORD_CORRUPT'],
      ['of another pod', JSON.stringify(podRecord('b', 'x')), 'RECORD_CORRUPT'],
      ['newer', JSON.stringify({ ...podRecord('a', 'x'), format: 2 }), 'RECORD_NEWER'],
    ];
    for (const [what, content, code] of damaged) {
      it(`are named: ${what}`, async () => {
        await store.records.createPod(podRecord('a', 'web'));
        const path = join(store.records.podFolder(id('a')), 'pod.json');
        writeFileSync(path, content);
        const names = (error: unknown) => stateError(code)(error) && (error as Error).message.includes(path);
        await assert.rejects(store.records.pods(), names);
        await assert.rejects(
          store.records.updatePod(id('a'), (pod) => pod),
          names,
        );
      });
    }

    it('can be removed, and their names used again', async () => {
      await store.records.createPod(podRecord('a', 'web'));
      writeFileSync(join(store.records.podFolder(id('a')), 'pod.json'), '');
      await store.records.removePod(id('a'));
      await store.records.createPod(podRecord('b', 'web'));
    });
  });

  describe('leases', () => {
    it('have one holder at a time, and wait until the signal aborts', async () => {
      const first = await store.records.lease(id('a'));
      assert.equal(await open().records.tryLease(id('a')), undefined);
      const abort = new AbortController();
      const refused = assert.rejects(
        open().records.lease(id('a'), { signal: abort.signal }),
        (reason) => reason === abort.signal.reason,
      );
      abort.abort();
      await refused;
      const second = open().records.lease(id('a'));
      await first[Symbol.asyncDispose]();
      await (await second)[Symbol.asyncDispose]();
      assert.deepEqual(readdirSync(join(folder, 'locks', 'leases')), []);
    });

    it('keep their file while the pod has a record', async () => {
      await store.records.createPod(podRecord('a', 'web'));
      const lease = await store.records.tryLease(id('a'));
      assert.equal(lease?.podId, id('a'));
      await lease?.[Symbol.asyncDispose]();
      assert.deepEqual(readdirSync(join(folder, 'locks', 'leases')), [id('a')]);
    });

    it('are woken by each wish and by the removal, also before there is a record', async () => {
      await using lease = await store.records.lease(id('a'));
      let woken = Promise.withResolvers<void>();
      using _watch = store.records.onWanted(lease.podId, () => woken.resolve());
      await store.records.createPod(podRecord('a', 'web'));
      for (const act of [
        () => open().records.want(id('a'), 'stopped'),
        () => open().records.want(id('a'), 'absent'),
        () => open().records.removePod(id('a')),
      ]) {
        woken = Promise.withResolvers();
        const alive = setTimeout(() => woken.reject(new Error('nobody woke the holder')), 20_000);
        await act();
        await woken.promise;
        clearTimeout(alive);
      }
    });
  });

  describe('the run folder of a root', () => {
    it('is kept while containers run, and may change when none does', async () => {
      await store.records.createPod(podRecord('a', 'web'));
      await store.records.writeContainer(
        containerRecord('c', { pod: 'a', name: 'web-m' }, { pid: 5, pidStart: '7' }),
      );
      assert.throws(() => open(join(folder, 'elsewhere'), true), stateError('ROOT_IN_USE'));
      open(join(folder, 'run'), true);
      const moved = open(join(folder, 'elsewhere'));
      await moved.records.createPod(podRecord('b', 'db'));
      assert.throws(() => open(join(folder, 'run'), true), stateError('ROOT_IN_USE'));
    });
  });

  it('name the boot, always the same in one boot', async () => {
    const identity = await store.records.bootIdentity();
    assert.match(identity, /^[0-9a-f-]{36}-\d+-\d+$/);
    assert.equal(await open().records.bootIdentity(), identity);
  });

  it('make nothing before there is something to write', async () => {
    rmSync(folder, { recursive: true });
    const { records, objects } = open();
    assert.deepEqual([await records.pods(), await records.containers()], [[], []]);
    assert.deepEqual(await objects.list({ kind: 'Pod' }), []);
    assert.equal(existsSync(folder), false);
  });
});
