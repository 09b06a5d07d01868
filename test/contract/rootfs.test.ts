import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rootfs } from '../../src/contracts/rootfs.ts';
import { ImageError } from '../../src/errors/image-error.ts';
import { createImageStore } from '../../src/storage/create-image-store.ts';
import { createRootfs } from '../../src/storage/create-rootfs.ts';
import { sha256Digest } from '../../src/values/digest.ts';
import { fakeMachine } from '../fakes/drivers.ts';
import { id as idOf } from '../unit/state/sample.ts';
import { keptBy } from './kept-by.ts';

interface Subject {
  readonly rootfs: Rootfs;
  readonly imageId: string;
}

/** A store with one image of one empty layer. */
async function real(folder: string): Promise<Subject> {
  const places = {
    root: join(folder, 'root'),
    runroot: join(folder, 'run'),
    stateFolder: join(folder, 'pod'),
  };
  const config = Buffer.from('{}');
  const imageId = sha256Digest(config).slice('sha256:'.length);
  await using staging = await createImageStore(places).stage();
  const staged = await staging.layer();
  writeFileSync(staged.tarSplit, '');
  const blob = {
    digest: sha256Digest('blob'),
    size: 0,
    diffSize: 0,
    compression: 'none',
    reproducible: false,
  } as const;
  await staging.commit({
    id: imageId,
    config,
    manifest: Buffer.from('{"schemaVersion":2}'),
    names: ['localhost/empty:latest'],
    layers: [{ diffDigest: sha256Digest('tar'), unpacked: { staged, ...blob, uids: [0], gids: [0] } }],
  });
  return {
    rootfs: createRootfs({ ...places, runFolder: join(folder, 'boot'), storeId: 'c0ffee00' }),
    imageId,
  };
}

keptBy<Subject>(
  'root filesystems',
  {
    'the fake': async (folder) => {
      const { rootfs, images } = fakeMachine(folder).drivers;
      return { rootfs, imageId: (await images.list())[0]?.id ?? '' };
    },
    'a store': real,
  },
  (subject) => {
    const request = () => ({ containerId: idOf('c1'), name: 'web-main', imageId: subject().imageId });

    it('are registered and mounted once, however often they are asked for', async () => {
      const { rootfs } = subject();
      const first = await rootfs.mount(request());
      assert.deepEqual(await rootfs.mount(request()), first);
      assert.deepEqual(await rootfs.registered(), [idOf('c1')]);
      await rootfs.remove(idOf('c1'));
    });

    it('stay registered when unmounted, and come back at the same place', async () => {
      const { rootfs } = subject();
      const { path } = await rootfs.mount(request());
      await rootfs.unmount(idOf('c1'));
      await rootfs.unmount(idOf('c1'));
      assert.deepEqual(await rootfs.registered(), [idOf('c1')]);
      assert.equal((await rootfs.mount(request())).path, path);
      await rootfs.remove(idOf('c1'));
    });

    it('are gone once removed, which may be repeated', async () => {
      const { rootfs } = subject();
      await rootfs.remove(idOf('c1'));
      await rootfs.mount(request());
      assert.deepEqual(await rootfs.present(), [idOf('c1')]);
      await rootfs.remove(idOf('c1'));
      await rootfs.remove(idOf('c1'));
      assert.deepEqual(await rootfs.registered(), []);
      assert.deepEqual(await rootfs.present(), []);
    });

    it('need an image that is there', async () => {
      const { rootfs } = subject();
      await assert.rejects(
        rootfs.mount({ ...request(), imageId: idOf('bad') }),
        (error) => error instanceof ImageError && error.code === 'IMAGE_NOT_FOUND',
      );
      await rootfs.remove(idOf('c1'));
      assert.deepEqual(await rootfs.registered(), []);
    });
  },
);
