import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Volumes, VolumesRequest } from '../../src/contracts/volumes.ts';
import { VolumeError } from '../../src/errors/volume-error.ts';
import { createVolumes } from '../../src/volumes/create-volumes.ts';
import { id as idOf } from '../unit/state/sample.ts';
import { fake, keptBy } from './kept-by.ts';

const none = { configMaps: new Map(), secrets: new Map(), claims: new Map() };
const request: VolumesRequest = {
  podId: idOf('a'),
  podName: 'web',
  namespace: 'default',
  volumes: [
    { name: 'scratch', emptyDir: {} },
    { name: 'fast', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  ],
  sources: none,
};
const data = { namespace: 'default', name: 'data' };
const isMissing = (error: unknown) => error instanceof VolumeError && error.code === 'VOLUME_NOT_FOUND';

keptBy<Volumes>(
  'volumes',
  {
    'the fake': fake('volumes'),
    'this machine': (folder) =>
      createVolumes({ stateFolder: join(folder, 'state'), runFolder: join(folder, 'run') }),
  },
  (subject) => {
    it('are prepared by name, at the same place when they are again, and gone with release', async () => {
      const prepared = await subject().prepare(request);
      assert.deepEqual([...prepared.keys()], ['scratch', 'fast']);
      const again = await subject().prepare(request);
      for (const [name, { path, readOnly }] of prepared) {
        assert.equal(again.get(name)?.path, path);
        assert.equal(readOnly, false);
      }
      assert.deepEqual(await subject().prepared(), [request.podId]);
      await subject().release(request.podId);
      assert.deepEqual(await subject().prepared(), []);
      await subject().release(request.podId);
    });

    it('of a pod without any are nothing to release', async () => {
      assert.equal((await subject().prepare({ ...request, volumes: [] })).size, 0);
      assert.deepEqual(await subject().prepared(), []);
      await subject().release(request.podId);
    });

    it('with a name are made once, listed, and outlive pods', async () => {
      assert.equal((await subject().ensureNamed(data)).created, true);
      const { volume, created } = await subject().ensureNamed(data);
      assert.deepEqual([created, volume.namespace, volume.name], [false, 'default', 'data']);
      await subject().release(request.podId);
      assert.deepEqual(
        (await subject().named()).map(({ namespace, name, usedBy }) => ({ namespace, name, usedBy })),
        [{ ...data, usedBy: [] }],
      );
      await subject().removeNamed(data);
      assert.deepEqual(await subject().named(), []);
    });

    it('with a name stay as long as a pod uses them', async () => {
      const user = { ...request, volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] };
      await subject().prepare(user);
      assert.deepEqual((await subject().named())[0]?.usedBy, ['web']);
      await assert.rejects(subject().removeNamed(data), { code: 'VOLUME_IN_USE' });
      assert.equal((await subject().named()).length, 1);
      await subject().release(request.podId);
      await subject().removeNamed(data);
      assert.deepEqual(await subject().named(), []);
    });

    it('with a name are removed once', async () => {
      await assert.rejects(subject().removeNamed(data), isMissing);
      assert.equal(await subject().size(data), 0);
    });
  },
);
