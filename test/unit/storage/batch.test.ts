import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Batch } from '../../../src/storage/batch.ts';

describe('Batch', () => {
  it('does together what is asked for together, and each thing once', async () => {
    const rounds: number[][] = [];
    const batch = new Batch<number, number>(async (items) => {
      rounds.push([...items]);
      await delay(5);
      return items.map((value) => ({ status: 'fulfilled', value: value * 2 }));
    });
    const first = [1, 2, 3].map((item) => batch.add(item));
    await delay(2);
    const second = [4, 5].map((item) => batch.add(item));
    assert.deepEqual(await Promise.all([...first, ...second]), [2, 4, 6, 8, 10]);
    assert.deepEqual(rounds, [
      [1, 2, 3],
      [4, 5],
    ]);
    assert.equal(await batch.add(6), 12);
  });

  it('fails each by itself, or all when the round fails', async () => {
    const batch = new Batch<number, number>(async (items) => {
      if (items.includes(0)) throw new RangeError('all');
      return items.map((value) =>
        value > 1 ? { status: 'rejected', reason: new TypeError('one') } : { status: 'fulfilled', value },
      );
    });
    const single = await Promise.allSettled([batch.add(1), batch.add(2)]);
    assert.deepEqual(
      single.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    const all = await Promise.allSettled([batch.add(0), batch.add(1)]);
    assert.deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(await batch.add(1), 1);
  });
});
