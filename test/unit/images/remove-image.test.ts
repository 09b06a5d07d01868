import { strict as assert } from 'node:assert';
import type { ImageUser } from '../../../src/contracts/image-store.ts';
import { planRemoval } from '../../../src/images/remove-image.ts';

const image = (...names: readonly string[]) => ({
  id: 'a'.repeat(64),
  names,
  digests: [],
  created: '2026-01-01T00:00:00Z',
  readOnly: false,
});
const user: ImageUser = { id: 'c'.repeat(64), name: 'web-app', type: 'ours' };

describe('removing an image', () => {
  const cases: readonly {
    readonly title: string;
    readonly names: readonly string[];
    readonly users?: readonly ImageUser[];
    readonly name?: string;
    readonly force?: boolean;
    readonly allNames?: boolean;
    readonly removal: { readonly untagged: readonly string[]; readonly deleted: boolean } | string;
  }[] = [
    {
      title: 'by one of two names',
      names: ['a', 'b'],
      name: 'a',
      removal: { untagged: ['a'], deleted: false },
    },
    { title: 'by its only name', names: ['a'], name: 'a', removal: { untagged: ['a'], deleted: true } },
    { title: 'by id', names: ['a'], removal: { untagged: ['a'], deleted: true } },
    { title: 'by id, with two names', names: ['a', 'b'], removal: 'IMAGE_AMBIGUOUS' },
    {
      title: 'by id, with two names that are all to go',
      names: ['a', 'b'],
      allNames: true,
      removal: { untagged: ['a', 'b'], deleted: true },
    },
    {
      title: 'by id, with two names that are all to go, in use',
      names: ['a', 'b'],
      allNames: true,
      users: [user],
      removal: 'IMAGE_IN_USE',
    },
    { title: 'in use', names: ['a'], name: 'a', users: [user], removal: 'IMAGE_IN_USE' },
    {
      title: 'in use, by force',
      names: ['a'],
      name: 'a',
      users: [user],
      force: true,
      removal: { untagged: ['a'], deleted: false },
    },
  ];
  for (const { title, names, users = [], name, force = false, allNames = false, removal } of cases) {
    it(`${title}: ${JSON.stringify(removal)}`, () => {
      const plan = () => planRemoval({ image: image(...names), users, name, force, allNames });
      if (typeof removal === 'string') assert.throws(plan, { code: removal });
      else assert.deepEqual(plan(), removal);
    });
  }
});
