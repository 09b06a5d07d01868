import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Store } from '../../src/contracts/store.ts';
import { StateError } from '../../src/errors/state-error.ts';
import type { KubeObject } from '../../src/kube/wire.ts';
import { createStore } from '../../src/state/create-store.ts';
import { containerRecord, id, podRecord } from '../unit/state/sample.ts';
import { keptBy } from './kept-by.ts';

const thing: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'team' } };
const key = { group: '', kind: 'ConfigMap', namespace: 'team', name: 'a' };
const code = (expected: StateError['code']) => (error: unknown) =>
  error instanceof StateError && error.code === expected;

const real = (folder: string): Store =>
  createStore({
    folder: join(folder, 'state'),
    runFolder: join(folder, 'run'),
    processes: { alive: () => false },
  });

keptBy<Store>('the store', { 'this machine': real }, (subject) => {
  describe('in its objects', () => {
    it('has none, at version 0, before any is created', async () => {
      const { objects } = subject();
      assert.equal(await objects.get(key), undefined);
      assert.deepEqual(await objects.list({ kind: 'ConfigMap' }), []);
      assert.equal(await objects.version(), 0);
      await assert.rejects(objects.update(thing), code('OBJECT_NOT_FOUND'));
      await assert.rejects(objects.remove(key), code('OBJECT_NOT_FOUND'));
    });

    it('refuses a second one of a key, and to change or remove another than was meant', async () => {
      const { objects } = subject();
      const { metadata } = await objects.create(thing);
      await assert.rejects(objects.create(thing), code('OBJECT_EXISTS'));
      const stale = { ...thing, metadata: { ...thing.metadata, resourceVersion: '0' } };
      await assert.rejects(objects.update(stale), code('CONFLICT'));
      await assert.rejects(objects.remove(key, { uid: 'other' }), code('CONFLICT'));
      await objects.remove(key, { uid: metadata.uid ?? '' });
      assert.equal(await objects.get(key), undefined);
    });
  });

  describe('in its records', () => {
    it('changes and removes nothing that is not there, without an error', async () => {
      const { records } = subject();
      assert.equal(await records.pod(id('a')), undefined);
      assert.equal(await records.updatePod(id('a'), (pod) => pod), undefined);
      assert.equal(await records.updateContainer(id('c'), (container) => container), undefined);
      assert.equal(await records.want(id('a'), 'stopped'), undefined);
      await records.removePod(id('a'));
      await records.removeContainer(id('c'));
      await records.tidy();
    });

    it('lets a name be taken once in a namespace, and again when it is free', async () => {
      const { records } = subject();
      await records.createPod(podRecord('a', 'web'));
      await assert.rejects(records.createPod(podRecord('b', 'web')), code('OBJECT_EXISTS'));
      await records.createPod(podRecord('c', 'web', { namespace: 'team' }));
      await records.removePod(id('a'));
      await records.createPod(podRecord('b', 'web'));
      assert.deepEqual((await records.pods()).map((pod) => pod.id).sort(), [id('b'), id('c')]);
    });

    it('writes a container again and again, and lists it with its pod', async () => {
      const { records } = subject();
      await records.createPod(
        podRecord('a', 'web', { containers: [{ id: id('c'), name: 'm', role: 'app' }] }),
      );
      const container = containerRecord('c', { pod: 'a', name: 'web-m' });
      await records.writeContainer(container);
      await records.writeContainer({ ...container, phase: 'running' });
      assert.deepEqual(
        (await records.containers(id('a'))).map(({ phase }) => phase),
        ['running'],
      );
      assert.deepEqual(await records.containers(id('b')), []);
    });

    it('grows the generation with each wish', async () => {
      const { records } = subject();
      await records.createPod(podRecord('a', 'web'));
      assert.deepEqual(await records.want(id('a'), 'stopped'), { state: 'stopped', generation: 2 });
      assert.deepEqual(await records.want(id('a'), 'stopped'), { state: 'stopped', generation: 3 });
    });

    it('gives a lease to one at a time, also before there is a record', async () => {
      const { records } = subject();
      {
        await using lease = await records.lease(id('a'));
        assert.equal(lease.podId, id('a'));
        assert.equal(await records.tryLease(id('a')), undefined);
        await assert.rejects(records.lease(id('a'), { signal: AbortSignal.timeout(20) }));
      }
      await using again = await records.tryLease(id('a'));
      assert.ok(again);
    });
  });

  describe('in its journals', () => {
    it('keeps one of a living command from everyone until it is finished', async () => {
      const { journals } = subject();
      assert.equal(await journals.any(), false);
      const journal = await journals.open('play');
      await journal.add({ type: 'pod', podId: id('a') });
      assert.deepEqual([journal.verb, journal.entries.length], ['play', 1]);
      assert.equal(await journals.any(), true);
      assert.deepEqual(await journals.abandoned(), []);
      await journal.finish();
      assert.equal(await journals.any(), false);
    });
  });

  it('tells events in the order in which they happened', async () => {
    const { events } = subject();
    const about = { object: { kind: 'Pod', name: 'web' }, type: 'Normal', message: '' } as const;
    for (const reason of ['Created', 'Started']) await events.append({ ...about, reason });
    const reasons: string[] = [];
    for await (const { reason } of events.read()) reasons.push(reason);
    assert.deepEqual(reasons, ['Created', 'Started']);
  });
});
