import { strict as assert } from 'node:assert';
import { type Leftover, removeLeftovers } from '../../../src/pods/check.ts';

/** The two drivers that tidying up ends with. */
const drivers = {
  store: { records: { tidy: async () => undefined } },
  cgroups: { removeParent: async () => undefined },
} as unknown as Parameters<typeof removeLeftovers>[0];

describe('removing leftovers', () => {
  it('goes on behind one that cannot be removed, and tells of it', async () => {
    const removed: string[] = [];
    const leftover = (text: string, fails = false): Leftover => ({
      text,
      async remove() {
        if (fails) throw new Error(text);
        removed.push(text);
      },
    });
    const all = [leftover('first'), leftover('stuck', true), leftover('last')];
    await assert.rejects(removeLeftovers(drivers, all), (error) => {
      assert.ok(error instanceof AggregateError);
      assert.equal(error.errors.length, 1);
      return true;
    });
    assert.deepEqual(removed, ['first', 'last']);
  });
});
