import assert from 'node:assert/strict';
import type { Image } from '../../../src/contracts/images.ts';
import type { ImageConfig } from '../../../src/oci/image-config.ts';
import { imageInspection, imageJson, imageRows } from '../../../src/render/images.ts';

const digest = `sha256:${'d'.repeat(64)}`;
const image: Image = {
  id: 'a'.repeat(64),
  names: ['docker.io/library/busybox:1.36', 'localhost:5000/base:latest'],
  digest,
  created: '2026-01-01T00:00:00Z',
  size: 4_493_313,
  readOnly: false,
};
const config: ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  config: { Env: ['PATH=/bin'], Labels: { app: 'web' }, User: '1000' },
  rootfs: { type: 'layers', diff_ids: ['sha256:x'] },
  history: [{ created_by: 'ADD' }, { comment: 'made by hand' }],
};
const options = { now: new Date('2026-01-15T00:00:00Z'), truncate: true };

describe('image views', () => {
  it('has a row for each name', () => {
    const rows = imageRows({ image, config }, options);
    assert.deepEqual(
      rows.map(({ Repository, Tag, ID, Created, Size }) => [Repository, Tag, ID, Created, Size]),
      [
        ['docker.io/library/busybox', '1.36', 'aaaaaaaaaaaa', '2 weeks ago', '4.49 MB'],
        ['localhost:5000/base', 'latest', 'aaaaaaaaaaaa', '2 weeks ago', '4.49 MB'],
      ],
    );
  });

  it('has a row for an image without names, and whole ids on demand', () => {
    const [row] = imageRows({ image: { ...image, names: [] }, config }, { ...options, truncate: false });
    assert.deepEqual([row?.Repository, row?.Tag, row?.ID], ['<none>', '<none>', `sha256:${image.id}`]);
  });

  it('tells digests by repository', () => {
    assert.deepEqual((imageJson({ image, config }) as { RepoDigests: unknown }).RepoDigests, [
      `docker.io/library/busybox@${digest}`,
      `localhost:5000/base@${digest}`,
    ]);
  });

  it('inspects', () => {
    const found = imageInspection({ image, config }, '{"mediaType":"m","annotations":{"a":"b"}}');
    assert.deepEqual(
      { ...found, Config: undefined, History: undefined, RepoDigests: undefined },
      {
        Id: image.id,
        Digest: digest,
        RepoTags: image.names,
        RepoDigests: undefined,
        Parent: '',
        Comment: 'made by hand',
        Created: image.created,
        Config: undefined,
        Version: '',
        Author: '',
        Architecture: 'amd64',
        Os: 'linux',
        Size: image.size,
        VirtualSize: image.size,
        GraphDriver: { Name: 'overlay', Data: {} },
        RootFS: { Type: 'layers', Layers: ['sha256:x'] },
        Labels: { app: 'web' },
        Annotations: { a: 'b' },
        ManifestType: 'm',
        User: '1000',
        History: undefined,
        NamesHistory: image.names,
      },
    );
  });
});
