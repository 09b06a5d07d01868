import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespaces } from '../../src/contracts/namespaces.ts';
import { mountTable } from '../../src/host/mount-table.ts';
import { namespaces } from '../../src/host/namespaces.ts';
import { fakeMachine } from '../fakes/drivers.ts';
import { keptBy } from './kept-by.ts';

interface Subject {
  readonly namespaces: Namespaces;
  readonly path: string;
  /** What is pinned at the path, by a name that another namespace does not have; undefined for nothing. */
  pinned(): Promise<string | undefined>;
}

keptBy<Subject>(
  'pinned network namespaces',
  {
    'the fake': (folder) => {
      const { drivers, standing } = fakeMachine(folder);
      const path = join(folder, 'pin');
      const pinned = async () => [...standing].find((effect) => effect === `netns ${path}`);
      return { namespaces: drivers.namespaces, path, pinned };
    },
    'this machine': (folder) => {
      const path = join(folder, 'pin');
      const pinned = async () => {
        const mounted = (await mountTable()).some(({ target, type }) => target === path && type === 'nsfs');
        return mounted ? String(statSync(path).ino) : undefined;
      };
      return { namespaces, path, pinned };
    },
  },
  (subject) => {
    it('are kept when pinned again, and gone after one unpin', async () => {
      const { namespaces, path, pinned } = subject();
      await namespaces.pinNetwork(path);
      const first = await pinned();
      assert.notEqual(first, undefined);
      await namespaces.pinNetwork(path);
      assert.equal(await pinned(), first);
      await namespaces.unpin(path);
      assert.equal(await pinned(), undefined);
    });

    it('may be unpinned where there is none', async () => {
      const { namespaces, path } = subject();
      await namespaces.unpin(path);
      await namespaces.pinNetwork(path);
      await namespaces.unpin(path);
      await namespaces.unpin(path);
    });
  },
);
