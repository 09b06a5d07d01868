import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Change, ObjectKey, Objects } from '../../../src/contracts/store.ts';
import { StateError } from '../../../src/errors/state-error.ts';
import type { KubeObject } from '../../../src/kube/wire.ts';
import { createStore } from '../../../src/state/create-store.ts';

type Thing = KubeObject & { spec?: { size: number }; data?: Record<string, string> };

const stateError = (code: string) => (error: unknown) => error instanceof StateError && error.code === code;

function thing(name: string, rest: Partial<Thing> = {}): Thing {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, namespace: 'default' }, ...rest };
}

function key(name: string, rest: Partial<ObjectKey> = {}): ObjectKey {
  return { group: '', kind: 'Thing', namespace: 'default', name, ...rest };
}

describe('objects', () => {
  let folder: string;
  let objects: Objects;
  const open = () =>
    createStore({
      folder,
      runFolder: join(folder, 'run'),
      processes: { alive: () => false },
      now: () => new Date('2026-01-02T03:04:05.678Z'),
    }).objects;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-objects-'));
    objects = open();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('what the store decides', () => {
    it('gives uid, time, generation and version, and keeps what was chosen', async () => {
      const { metadata } = await objects.create(thing('a'));
      assert.match(
        metadata.uid ?? '',
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assert.equal(metadata.creationTimestamp, '2026-01-02T03:04:05Z');
      assert.equal(metadata.generation, 1);
      assert.equal(metadata.resourceVersion, '1');
      const owner = { apiVersion: 'v1', kind: 'Thing', name: 'a', uid: metadata.uid ?? '' };
      const chosen = thing('b');
      chosen.metadata.uid = 'chosen';
      chosen.metadata.ownerReferences = [owner];
      const created = await objects.create(chosen);
      assert.equal(created.metadata.uid, 'chosen');
      assert.deepEqual((await objects.get(key('b')))?.metadata.ownerReferences, [owner]);
      assert.equal(await objects.version(), 2);
    });

    it('grows the generation with the spec only, and the version with any change', async () => {
      const created = await objects.create(thing('a', { spec: { size: 1 } }));
      const labelled = await objects.update({
        ...created,
        metadata: { ...created.metadata, labels: { x: 'y' } },
      });
      assert.deepEqual([labelled.metadata.generation, labelled.metadata.resourceVersion], [1, '2']);
      const grown = await objects.update({ ...labelled, spec: { size: 2 } });
      assert.deepEqual([grown.metadata.generation, grown.metadata.resourceVersion], [2, '3']);
      const same = await objects.update(thing('a', { spec: { size: 2 }, metadata: { ...grown.metadata } }));
      assert.equal(same.metadata.resourceVersion, '3');
      assert.equal(await objects.version(), 3);
    });
  });

  describe('compare and swap', () => {
    it('refuses what is there, missing, changed or another', async () => {
      const first = await objects.create(thing('a', { data: { n: '1' } }));
      await assert.rejects(objects.create(thing('a')), stateError('OBJECT_EXISTS'));
      await assert.rejects(objects.update(thing('b')), stateError('OBJECT_NOT_FOUND'));
      await assert.rejects(objects.remove(key('b')), stateError('OBJECT_NOT_FOUND'));
      const second = await objects.update({ ...first, data: { n: '2' } });
      await assert.rejects(objects.update({ ...first, data: { n: '3' } }), stateError('CONFLICT'));
      await assert.rejects(
        objects.remove(key('a'), { resourceVersion: first.metadata.resourceVersion ?? '' }),
        stateError('CONFLICT'),
      );
      await assert.rejects(objects.remove(key('a'), { uid: 'another' }), stateError('CONFLICT'));
      await objects.remove(key('a'), { uid: second.metadata.uid ?? '', resourceVersion: '2' });
      assert.equal(await objects.get(key('a')), undefined);
      const again = await objects.create(thing('a'));
      await assert.rejects(objects.update(second), stateError('CONFLICT'));
      assert.equal(again.metadata.resourceVersion, '4');
    });

    it('lets one of many writers win each version', async () => {
      await objects.create(thing('a', { data: { n: '0' } }));
      const stores = [open(), open(), open()];
      const increment = async (store: Objects): Promise<void> => {
        const current = await store.get<Thing>(key('a'));
        assert.ok(current);
        try {
          await store.update({ ...current, data: { n: String(Number(current.data?.['n']) + 1) } });
        } catch (error) {
          if (stateError('CONFLICT')(error)) return increment(store);
          throw error;
        }
      };
      await Promise.all(Array.from({ length: 30 }, (_, index) => increment(stores[index % 3] ?? objects)));
      assert.equal((await objects.get<Thing>(key('a')))?.data?.['n'], '30');
      assert.equal(await objects.version(), 31);
    });
  });

  describe('names', () => {
    const names = [
      'web',
      'with.dot',
      '.hidden',
      '..',
      'a/b',
      'a%2Fb',
      'UPPER',
      'upper',
      '_under',
      'ünï',
      'x'.repeat(200),
      'x'.repeat(250),
      'x'.repeat(251),
    ];
    it('keeps every name apart, and the whole name inside the file', async () => {
      for (const name of names) await objects.create(thing(name, { data: { name } }));
      for (const name of names) assert.equal((await objects.get<Thing>(key(name)))?.data?.['name'], name);
      const listed = await objects.list({ kind: 'Thing' });
      assert.deepEqual(listed.map(({ metadata }) => metadata.name).sort(), [...names].sort());
    });

    it('keeps groups, kinds and namespaces apart', async () => {
      await objects.create(thing('a'));
      await objects.create({ apiVersion: 'apps/v1', kind: 'Thing', metadata: { name: 'a', namespace: 'x' } });
      await objects.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } });
      await objects.create({
        apiVersion: 'v1',
        kind: 'Thing',
        metadata: { name: 'a', namespace: '_cluster' },
      });
      assert.equal((await objects.list({ kind: 'Thing' })).length, 2);
      assert.equal((await objects.list({ kind: 'Node' })).length, 1);
      assert.equal((await objects.list({ kind: 'Thing', namespace: 'default' })).length, 1);
      assert.equal((await objects.list({ kind: 'Thing', group: 'apps' })).length, 1);
      assert.equal((await objects.list({ kind: 'None' })).length, 0);
      assert.equal(
        (await objects.get({ group: '', kind: 'Thing', name: 'a' }))?.metadata.namespace,
        undefined,
      );
    });

    it('keeps objects from other users', async () => {
      await objects.create(thing('a'));
      assert.equal(statSync(join(folder, 'objects')).mode & 0o777, 0o700);
      const path = join(folder, 'objects', 'core', 'Thing', 'default', 'a', 'object.json');
      assert.equal(statSync(path).mode & 0o777, 0o600);
    });
  });

  describe('the change log', () => {
    it('tells changes after a version, and refuses one that it no longer reaches', async () => {
      const created = await objects.create(thing('a', { data: { n: '0' } }));
      await objects.update({ ...created, data: { n: '1' } });
      await objects.remove(key('a'));
      const all = await objects.changes(0);
      assert.deepEqual(
        all.map(({ version, type }) => [version, type]),
        [
          [1, 'ADDED'],
          [2, 'MODIFIED'],
          [3, 'DELETED'],
        ],
      );
      assert.deepEqual(all[0]?.key, key('a'));
      assert.equal(all[2]?.uid, created.metadata.uid);
      assert.deepEqual(await objects.changes(2), all.slice(2));
      assert.deepEqual(await objects.changes(3), []);
    });

    it('is rotated, and goes on with the same versions', async () => {
      await objects.create(thing('a'));
      const filler: string[] = [JSON.stringify({ format: 1, after: 0 })];
      for (let version = 1; version <= 9000; version += 1) {
        filler.push(
          JSON.stringify({ version, type: 'MODIFIED', key: key('a'), uid: 'u'.repeat(60) } satisfies Change),
        );
      }
      writeFileSync(join(folder, 'changes.log'), `${filler.join('\n')}\n`);
      await objects.create(thing('b'));
      assert.equal(await objects.version(), 9001);
      await assert.rejects(objects.changes(1), stateError('GONE'));
      assert.equal((await objects.changes(9000)).length, 1);
      assert.ok(statSync(join(folder, 'changes.log')).size < 1024 * 1024);
      await assert.rejects(
        objects.watch(1, AbortSignal.timeout(10_000))[Symbol.asyncIterator]().next(),
        stateError('GONE'),
      );
    });

    it('loses a line that was cut short, and is made anew above all versions when it is lost', async () => {
      await objects.create(thing('a'));
      appendFileSync(join(folder, 'changes.log'), '{"version":2,"ty');
      assert.equal(await objects.version(), 1);
      assert.equal((await objects.create(thing('b'))).metadata.resourceVersion, '2');
      rmSync(join(folder, 'changes.log'));
      assert.equal((await objects.create(thing('c'))).metadata.resourceVersion, '3');
      await assert.rejects(objects.changes(1), stateError('GONE'));
    });

    it('is refused when it is newer', async () => {
      writeFileSync(join(folder, 'changes.log'), '{"format":2,"after":0}\n');
      await assert.rejects(objects.create(thing('a')), stateError('RECORD_NEWER'));
    });
  });

  describe('damaged files', () => {
    for (const content of ['', '{', '[]', '{"kind":"Thing"}', JSON.stringify(thing('other'))]) {
      it(`names the file that holds ${JSON.stringify(content.slice(0, 20))}`, async () => {
        await objects.create(thing('a'));
        const path = join(folder, 'objects', 'core', 'Thing', 'default', 'a', 'object.json');
        writeFileSync(path, content);
        await assert.rejects(
          objects.get(key('a')),
          (error) => stateError('RECORD_CORRUPT')(error) && (error as Error).message.includes(path),
        );
      });
    }
  });

  describe('watch', () => {
    it('tells what was before and what comes, and ends with its signal', async () => {
      await objects.create(thing('a'));
      const abort = new AbortController();
      const seen: string[] = [];
      const watching = (async () => {
        for await (const { type, key } of open().watch(0, abort.signal)) {
          seen.push(`${type} ${key.name}`);
          if (seen.length === 4) abort.abort();
        }
      })();
      await objects.create(thing('b'));
      await objects.remove(key('a'));
      await objects.update(thing('b', { data: { x: 'y' } }));
      await watching;
      assert.deepEqual(seen, ['ADDED a', 'ADDED b', 'DELETED a', 'MODIFIED b']);
    });

    it('ends at once when its signal has been aborted', async () => {
      for await (const change of objects.watch(0, AbortSignal.abort())) assert.fail(JSON.stringify(change));
    });
  });

  it('behaves as a map with versions', async function () {
    this.timeout(60_000);
    const name = fc.constantFrom('a', 'b', 'c/d', 'x'.repeat(210));
    const command = fc.record({
      verb: fc.constantFrom('create', 'update', 'remove', 'reopen'),
      name,
      size: fc.integer({ min: 1, max: 3 }),
      stale: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
        rmSync(folder, { recursive: true, force: true });
        objects = open();
        const model = new Map<string, { version: number; size: number; generation: number }>();
        const history: string[] = [];
        for (const { verb, name, size, stale } of commands) {
          const current = model.get(name);
          const next = history.length + 1;
          const resourceVersion = current === undefined || stale ? '999999' : String(current.version);
          switch (verb) {
            case 'reopen':
              objects = open();
              break;
            case 'create':
              if (current !== undefined) {
                await assert.rejects(objects.create(thing(name)), stateError('OBJECT_EXISTS'));
                break;
              }
              await objects.create(thing(name, { spec: { size } }));
              model.set(name, { version: next, size, generation: 1 });
              history.push(`ADDED ${name}`);
              break;
            case 'update': {
              const change = thing(name, { spec: { size } });
              change.metadata.resourceVersion = resourceVersion;
              if (current === undefined || stale) {
                const code = current === undefined ? 'OBJECT_NOT_FOUND' : 'CONFLICT';
                await assert.rejects(objects.update(change), stateError(code));
                break;
              }
              await objects.update(change);
              if (current.size === size) break;
              model.set(name, { version: next, size, generation: current.generation + 1 });
              history.push(`MODIFIED ${name}`);
              break;
            }
            case 'remove':
              if (current === undefined || stale) {
                const code = current === undefined ? 'OBJECT_NOT_FOUND' : 'CONFLICT';
                await assert.rejects(objects.remove(key(name), { resourceVersion }), stateError(code));
                break;
              }
              await objects.remove(key(name), { resourceVersion });
              model.delete(name);
              history.push(`DELETED ${name}`);
              break;
          }
        }
        const stored = await objects.list<Thing>({ kind: 'Thing' });
        assert.deepEqual(
          stored.map(({ metadata, spec }) => [
            metadata.name,
            { version: Number(metadata.resourceVersion), size: spec?.size, generation: metadata.generation },
          ]),
          [...model].sort(([one], [other]) => (one < other ? -1 : 1)),
        );
        const told = await objects.changes(0);
        assert.deepEqual(
          told.map(({ type, key }) => `${type} ${key.name}`),
          history,
        );
        assert.equal(await objects.version(), history.length);
        assert.ok(readFileSync(join(folder, 'changes.log'), 'utf8').endsWith('\n'));
      }),
      { numRuns: 60 },
    );
  });
});
