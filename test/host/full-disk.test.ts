import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLine, Store } from '../../src/contracts/store.ts';
import { SystemError } from '../../src/errors/system-error.ts';
import { mount, unmount } from '../../src/host/mount.ts';
import type { KubeObject } from '../../src/kube/wire.ts';
import { createStore } from '../../src/state/create-store.ts';
import { containerRecord, id, podRecord } from '../unit/state/sample.ts';

type Thing = KubeObject & { data?: { n: string } };

const key = { group: '', kind: 'Thing', namespace: 'default', name: 'a' };
const full = (error: unknown) => error instanceof SystemError && error.errno === 'ENOSPC';

function thing(name: string, n: string): Thing {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, namespace: 'default' }, data: { n } };
}

describe('a store on a full disk', () => {
  let folder: string;
  let store: Store;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pod-full-'));
    await mount({ source: 'tmpfs', target: folder, type: 'tmpfs', data: 'size=256k,mode=0700' });
    store = createStore({ folder, runFolder: join(folder, 'run'), processes: { alive: () => false } });
  });
  afterEach(async () => {
    await unmount(folder, { lazy: true });
    rmdirSync(folder);
  });

  function fill(): void {
    for (let size = 65_536; size >= 1; size = Math.floor(size / 4)) {
      for (let index = 0; ; index += 1) {
        try {
          writeFileSync(join(folder, `fill-${size}-${index}`), Buffer.alloc(size));
        } catch (error) {
          assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
          break;
        }
      }
    }
  }

  function free(): void {
    for (const name of readdirSync(folder)) if (name.startsWith('fill-')) rmSync(join(folder, name));
  }

  it('keeps what it had, and goes on when there is room again', async () => {
    const { objects, records, events, journals } = store;
    await objects.create(thing('a', '1'));
    await records.createPod(podRecord('a', 'web'));
    await records.writeContainer(containerRecord('c', { pod: 'a', name: 'web-m' }));
    await events.append({
      object: { kind: 'Pod', name: 'web' },
      type: 'Normal',
      reason: 'one',
      message: 'm'.repeat(2000),
    });
    const journal = await journals.open('play');
    const before = await records.pod(id('a'));
    fill();
    await assert.rejects(objects.update(thing('a', 'x'.repeat(9000))), full);
    await assert.rejects(objects.create(thing('b', 'x'.repeat(9000))), full);
    await assert.rejects(records.createPod(podRecord('b', 'db')), full);
    await assert.rejects(journal.add({ type: 'pod', podId: 'x'.repeat(9000) }), full);
    const event = {
      object: { kind: 'Pod', name: 'x'.repeat(9000) },
      type: 'Normal',
      reason: 'two',
      message: 'm',
    };
    await events.append(event as EventLine).catch((error) => assert.ok(full(error)));
    // The room that is kept for records is less than this.
    await assert.rejects(
      records.updatePod(id('a'), (pod) => ({ ...pod, baseFolder: 'x'.repeat(200_000) })),
      full,
    );
    assert.equal((await objects.get<Thing>(key))?.data?.n, '1');
    assert.equal((await objects.list({ kind: 'Thing' })).length, 1);
    assert.deepEqual(await records.pod(id('a')), before);
    assert.equal(await objects.version(), 1);
    free();
    await journal.add({ type: 'pod', podId: id('a') });
    assert.equal((await objects.update(thing('a', '2'))).metadata.resourceVersion, '2');
    await records.createPod(podRecord('b', 'db'));
    await events.append({
      object: { kind: 'Pod', name: 'web' },
      type: 'Normal',
      reason: 'three',
      message: 'm',
    });
    const reasons: string[] = [];
    for await (const { reason } of events.read()) reasons.push(reason);
    assert.deepEqual([reasons[0], reasons.at(-1)], ['one', 'three']);
    assert.equal((await objects.changes(0)).length, 2);
    await journal.finish();
  });

  it('can be emptied while it is full', async () => {
    const { objects, records } = store;
    await objects.create(thing('a', '1'));
    await records.createPod(podRecord('a', 'web'));
    await objects.version();
    fill();
    await records.removePod(id('a'));
    assert.deepEqual(await records.pods(), []);
  });
});
