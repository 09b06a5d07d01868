import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ImageError } from '../../src/errors/image-error.ts';
import { native } from '../../src/host/native.ts';
import { baseLayer, dockerArchive, probe, probeResult, sha256, upperLayer } from './image-fixture.ts';
import { PeerStore } from './peer-store.ts';

const both = { layers: [baseLayer, upperLayer], tags: ['localhost/two:latest'] };

/** Everything about each file of a tree that a layer decides. */
function describeTree(root: string): Record<string, unknown>[] {
  const names = ['', ...readdirSync(root, { recursive: true, encoding: 'latin1' })].sort();
  return names.map((name) => {
    const path = Buffer.from(join(root, name), 'latin1');
    const { mode, uid, gid, size, nlink, rdev, mtimeNs } = lstatSync(path, { bigint: true });
    const attributes = native().llistxattr(path).toString('latin1').split('\0').filter(Boolean).sort();
    const type = mode & 0o170000n;
    const [isFolder, isLink, isWhiteout] = [
      type === 0o040000n,
      type === 0o120000n,
      type === 0o020000n && rdev === 0n,
    ];
    // No entry tells of the time of these.
    const timeless = isWhiteout || ['', 'implied', 'implied/folder'].includes(name);
    return {
      name,
      mode,
      uid,
      gid,
      nlink,
      rdev,
      size: isFolder ? 0n : size,
      mtimeNs: timeless ? 0n : mtimeNs,
      link: isLink ? readlinkSync(path) : '',
      attributes: attributes.map((key) => [key, native().lgetxattr(path, key)?.toString('latin1')]),
    };
  });
}

describe('images beside podman, buildah and skopeo', () => {
  let peer: PeerStore;
  beforeEach(() => {
    peer = new PeerStore();
    writeFileSync(peer.path('base.tar'), baseLayer);
    writeFileSync(peer.path('two.tar'), dockerArchive(both));
  });
  afterEach(async () => {
    const mounts = (await peer.mounts()).filter((path) => path !== join(peer.root, 'overlay'));
    const strays = peer.strays();
    await peer[Symbol.asyncDispose]();
    assert.deepEqual(mounts, []);
    assert.deepEqual(strays, []);
  });

  it('podman lists, runs, copies and removes what pod loads', async () => {
    const { images } = peer;
    assert.deepEqual(await images.load(peer.path('two.tar')), ['localhost/two:latest']);
    const listed = await peer.podman('images', '--format', '{{.Repository}}:{{.Tag}} {{.Digest}}');
    const image = await images.get('two');
    assert.equal(listed, `localhost/two:latest ${image.digest}`);
    assert.equal(
      await peer.podman('run', '--rm', '--network', 'none', 'two', 'sh', '-c', probe),
      probeResult,
    );

    const inspected = await peer.tool('skopeo', 'inspect', peer.reference('localhost/two:latest'));
    assert.equal(inspected.status, 0, inspected.stderr);
    const layers = both.layers.map((layer) => `sha256:${sha256(layer)}`);
    assert.deepEqual(JSON.parse(inspected.stdout).Layers, layers);

    const copied = await peer.tool(
      'skopeo',
      'copy',
      peer.reference('localhost/two:latest'),
      `dir:${peer.path('copy')}`,
    );
    assert.equal(copied.status, 0, copied.stderr);
    for (const layer of both.layers) {
      assert.deepEqual(readFileSync(join(peer.path('copy'), sha256(layer))), layer);
    }

    await peer.podman('rmi', 'two');
    assert.deepEqual(readdirSync(join(peer.root, 'overlay', 'l')), []);
  });

  it('makes the very image of podman import, and of podman load', async () => {
    const other = new PeerStore();
    try {
      const changes = [
        'ENV PATH=/bin',
        'CMD ["sh"]',
        'LABEL z=1',
        'LABEL a=2',
        'EXPOSE 80',
        'EXPOSE 53/udp',
        'VOLUME /v',
        'WORKDIR /w',
        'USER 7',
        'ENTRYPOINT echo hi',
        'STOPSIGNAL 2',
      ];
      const image = await peer.images.import({ source: peer.path('base.tar'), reference: 'base:1', changes });
      const flags = changes.flatMap((change) => ['--change', change]);
      const id = await other.podman('import', '-q', ...flags, peer.path('base.tar'), 'base:1');
      assert.equal(id.replace('sha256:', ''), image.id);
      assert.deepEqual(image.names, ['localhost/base:1']);

      await peer.images.load(peer.path('two.tar'));
      await other.podman('load', '-q', '-i', peer.path('two.tar'));
      const [ours, theirs] = [peer, other].map((each) => each.records<Record<string, unknown>>('images')[1]);
      for (const key of [
        'id',
        'digest',
        'names',
        'layer',
        'metadata',
        'created',
        'big-data-sizes',
        'big-data-digests',
      ]) {
        assert.deepEqual(ours?.[key], theirs?.[key], key);
      }

      for (const { id } of peer.records('layers')) {
        const [our, their] = [peer, other].map(({ root }) => describeTree(join(root, 'overlay', id, 'diff')));
        assert.deepEqual(our, their);
      }
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });

  it('loads what podman saves, in each form and compressed, and from a stream', async () => {
    await peer.images.load(peer.path('two.tar'));
    await peer.podman('save', '-q', '--format', 'docker-archive', '-o', peer.path('docker.tar'), 'two');
    await peer.podman('save', '-q', '--format', 'oci-archive', '-o', peer.path('oci.tar'), 'two');
    writeFileSync(peer.path('docker.tar.gz'), gzipSync(readFileSync(peer.path('docker.tar')), { level: 1 }));
    const { id } = await peer.images.get('two');
    for (const name of ['docker.tar', 'oci.tar', 'docker.tar.gz']) {
      await peer.images.remove('two', { force: false });
      assert.deepEqual(await peer.images.load(peer.path(name)), ['localhost/two:latest'], name);
      assert.equal((await peer.images.get('two')).id, id);
    }
    await peer.images.remove(id, { force: false });
    const { createReadStream } = await import('node:fs');
    await peer.images.load(createReadStream(peer.path('docker.tar.gz')));
    assert.equal(
      await peer.podman('run', '--rm', '--network', 'none', 'two', 'sh', '-c', probe),
      probeResult,
    );
  });

  it('finds, mounts and guards what podman and buildah store', async () => {
    await peer.podman('import', '-q', peer.path('base.tar'), 'theirs:1');
    const container = await peer.buildah('from', '-q', 'localhost/theirs:1');
    writeFileSync(peer.path('added'), 'by buildah');
    await peer.buildah('copy', '-q', container, peer.path('added'), '/added');
    await peer.buildah('commit', '-q', container, 'built:2');
    const image = await peer.images.get('built:2');
    assert.deepEqual(image.names, ['localhost/built:2']);

    const containerId = sha256(Buffer.from('guards'));
    const { path } = await peer.rootfs.mount({ containerId, name: 'web-main', imageId: image.id });
    assert.equal(readFileSync(join(path, 'added'), 'utf8'), 'by buildah');
    assert.ok(existsSync(join(path, 'bin/busybox')));
    await peer.rootfs.remove(containerId);

    const inUse = (error: unknown) => error instanceof ImageError && error.code === 'IMAGE_IN_USE';
    await assert.rejects(peer.images.remove('theirs:1', { force: false }), inUse);
    const forced = await peer.images.remove('theirs:1', { force: true });
    assert.deepEqual(forced, { untagged: ['localhost/theirs:1'], deleted: [] });
    await peer.buildah('rm', container);
    await peer.podman('rmi', 'built:2');
  });

  it('shares names and layers with podman', async () => {
    const { images } = peer;
    await images.load(peer.path('two.tar'));
    await peer.podman('tag', 'two', 'quay.io/x/y:1', 'busybox');
    assert.equal((await images.get('quay.io/x/y:1')).id, (await images.get('two')).id);
    await images.import({ source: peer.path('base.tar'), reference: 'busybox', changes: [] });
    assert.equal(await peer.podman('images', '-q', 'quay.io/x/y'), (await images.get('two')).id.slice(0, 12));
    assert.notEqual((await images.get('busybox')).id, (await images.get('two')).id);
    assert.equal(peer.records('layers').length, 2);

    await images.tag('busybox', ['again']);
    assert.deepEqual(await images.remove('busybox', { force: false }), {
      untagged: ['localhost/busybox:latest'],
      deleted: [],
    });
    const { id } = await images.get('again');
    assert.deepEqual((await images.remove('again', { force: false })).deleted, [id]);
    assert.equal(peer.records('layers').length, 2);
    await peer.podman('rmi', '-f', 'two', 'quay.io/x/y:1');
  });

  it('removes and refuses what podman mounts', async () => {
    await peer.images.load(peer.path('two.tar'));
    await peer.podman('image', 'mount', 'two');
    await assert.rejects(
      peer.images.remove('two', { force: false }),
      (error) => error instanceof ImageError && error.code === 'IMAGE_IN_USE',
    );
    await peer.podman('image', 'umount', 'two');
    await peer.images.remove('two', { force: false });
    assert.equal(await peer.podman('images', '-q'), '');
  });

  it('leaves nothing of an archive that is not what it says', async () => {
    const lie = dockerArchive({ layers: [baseLayer], tags: ['lie'] });
    const at = lie.indexOf('root:x:0:0:root');
    lie.write('toor', at);
    writeFileSync(peer.path('lie.tar'), lie);
    await assert.rejects(
      peer.images.load(peer.path('lie.tar')),
      (error) => error instanceof ImageError && error.code === 'DIGEST_MISMATCH',
    );
    writeFileSync(peer.path('cut.tar'), dockerArchive(both).subarray(0, 1_000_000));
    await assert.rejects(peer.images.load(peer.path('cut.tar')), ImageError);
    writeFileSync(peer.path('text'), 'no archive');
    await assert.rejects(peer.images.load(peer.path('text')), ImageError);
    await assert.rejects(peer.images.import({ source: peer.path('text'), changes: [] }), ImageError);
    assert.equal(await peer.podman('images', '-q'), '');
  });
});
