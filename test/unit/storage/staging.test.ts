import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageStore, NewImage, StagedLayer } from '../../../src/contracts/image-store.ts';
import { SystemError } from '../../../src/errors/system-error.ts';
import { createImageStore } from '../../../src/storage/create-image-store.ts';

const config = Buffer.from('{}');
const id = createHash('sha256').update(config).digest('hex');

function image(staged: readonly StagedLayer[]): NewImage {
  return {
    id,
    config,
    manifest: Buffer.from('{"schemaVersion":2}'),
    names: ['localhost/a:latest'],
    layers: staged.map((layer, index) => ({
      diffDigest: `sha256:${String(index + 1).repeat(64)}`,
      unpacked: {
        staged: layer,
        diffSize: 0,
        digest: `sha256:${'f'.repeat(64)}`,
        size: 0,
        compression: 'none',
        uids: [0],
        gids: [0],
        reproducible: false,
      },
    })),
  };
}

describe('a commit that fails half-way', () => {
  let root: string;
  let store: ImageStore;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'pod-staging-'));
    store = createImageStore({ root, runroot: join(root, 'run'), stateFolder: join(root, 'pod') });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  async function commit(): Promise<void> {
    await using staging = await store.stage();
    const staged = [await staging.layer(), await staging.layer()];
    for (const { tarSplit } of staged) writeFileSync(tarSplit, '');
    await staging.commit(image(staged));
  }

  const layerFolders = () => readdirSync(join(root, 'overlay')).filter((name) => name !== 'l');

  it('leaves no layers behind, and can be repeated', async () => {
    // A folder in the place of a document: the layers are recorded by then, the image is not.
    const obstacle = join(root, 'overlay-images', id, 'manifest', 'in-the-way');
    mkdirSync(obstacle, { recursive: true });
    await assert.rejects(commit(), (error) => error instanceof SystemError && error.syscall === 'rename');
    const { images, layers } = await store.view();
    assert.deepEqual([images.length, layers.size], [0, 0]);
    assert.deepEqual(layerFolders(), []);
    assert.deepEqual(readdirSync(join(root, 'overlay', 'l')), []);
    assert.deepEqual(readdirSync(join(root, 'pod', 'storage')), []);

    rmSync(join(root, 'overlay-images', id), { recursive: true, force: true });
    await commit();
    const after = await store.view();
    assert.deepEqual(
      after.images.map(({ names }) => names),
      [['localhost/a:latest']],
    );
    assert.equal(layerFolders().length, 2);
  });
});
