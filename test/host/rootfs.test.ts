import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageError } from '../../src/errors/image-error.ts';
import { StorageError } from '../../src/errors/storage-error.ts';
import { MOUNT, mount } from '../../src/host/mount.ts';
import { archive, file, header, pax } from '../unit/images/tar-fixture.ts';
import { baseLayer, dockerArchive, sha256, upperLayer } from './image-fixture.ts';
import { PeerStore, storeId } from './peer-store.ts';

const containerId = sha256(Buffer.from('container'));

describe('root filesystems', () => {
  let peer: PeerStore;
  beforeEach(() => {
    peer = new PeerStore();
  });
  afterEach(async () => {
    const mounts = (await peer.mounts()).filter((path) => path !== join(peer.root, 'overlay'));
    await peer[Symbol.asyncDispose]();
    assert.deepEqual(mounts, []);
  });

  async function load(layers: readonly Buffer[], tag = 'two'): Promise<string> {
    const path = peer.path('image.tar');
    writeFileSync(path, dockerArchive({ layers, tags: [`localhost/${tag}:latest`] }));
    await peer.images.load(path);
    return (await peer.images.get(tag)).id;
  }

  it('shows the layers, keeps what is written until removal, and leaves nothing', async () => {
    const imageId = await load([baseLayer, upperLayer]);
    const request = { containerId, name: 'web-main', imageId };
    const { path } = await peer.rootfs.mount(request);
    assert.equal((await peer.rootfs.mount(request)).path, path);
    assert.equal(statSync(path).mode & 0o7777, 0o555);
    assert.equal(readFileSync(join(path, 'etc/passwd'), 'utf8'), 'root:x:0:0:changed:/:/bin/sh\n');
    assert.deepEqual(readdirSync(join(path, 'etc/opaque')), ['shown']);
    assert.ok(!existsSync(join(path, 'etc/gone')));
    writeFileSync(join(path, 'tmp/written'), 'kept');

    await peer.rootfs.unmount(containerId);
    await peer.rootfs.unmount(containerId);
    assert.ok(!existsSync(path));
    await peer.rootfs.mount(request);
    assert.equal(readFileSync(join(path, 'tmp/written'), 'utf8'), 'kept');
    assert.deepEqual(await peer.rootfs.registered(), [containerId]);

    await peer.rootfs.remove(containerId);
    await peer.rootfs.remove(containerId);
    assert.deepEqual(await peer.rootfs.registered(), []);
    assert.deepEqual(peer.records('containers'), []);
    assert.equal(peer.records('layers').length, 2);
    assert.deepEqual(readdirSync(join(peer.stateFolder, 'containers')), []);
    await peer.images.remove('two', { force: false });
    assert.deepEqual(peer.strays(), []);
  });

  it('pins its image against every gentle removal', async () => {
    const imageId = await load([baseLayer]);
    await peer.rootfs.mount({ containerId, name: 'web-main', imageId });
    const name = `pod_${storeId}_${containerId.slice(0, 12)}`;
    assert.equal(await peer.podman('ps', '-a', '--external', '--format', '{{.Names}}'), name);
    const refused = [
      ['podman', 'rmi', 'two'],
      ['podman', 'rm', name],
    ];
    for (const argv of refused)
      await assert.rejects(peer.peer(argv[0] ?? '', ...argv.slice(1)), argv.join(' '));
    await peer.podman('image', 'prune', '-a', '-f');
    await peer.podman('container', 'prune', '-f');
    await assert.rejects(
      peer.images.remove('two', { force: false }),
      (error) =>
        error instanceof ImageError && error.code === 'IMAGE_IN_USE' && error.message.includes('web-main'),
    );
    assert.deepEqual(await peer.rootfs.registered(), [containerId]);
    await peer.rootfs.remove(containerId);
    await peer.podman('rmi', 'two');
  });

  it('mounts an image of 120 layers', async () => {
    const layers = Array.from({ length: 120 }, (_, index) => archive(file(`file-${index}`, String(index))));
    const imageId = await load(layers, 'many');
    const { path } = await peer.rootfs.mount({ containerId, name: 'many', imageId });
    assert.equal(readdirSync(path).length, 120);
    assert.equal(readFileSync(join(path, 'file-0'), 'utf8'), '0');
    await peer.rootfs.remove(containerId);
    assert.equal((await peer.podman('images', '-q', 'many')).length, 12);
  });

  it('mounts an image without layers', async () => {
    const imageId = await load([], 'scratch');
    const { path } = await peer.rootfs.mount({ containerId, name: 'scratch', imageId });
    assert.deepEqual(readdirSync(path), []);
    writeFileSync(join(path, 'new'), '');
    await peer.rootfs.remove(containerId);
  });

  it('does not follow what a layer plants outside of its folder', async () => {
    writeFileSync(peer.path('outside'), 'untouched');
    mkdirSync(peer.path('folder'));
    const target = peer.path('folder');
    const layers = [
      archive(
        file(`${target.slice(1)}/inside`, 'x'),
        header({ name: 'link', type: '2', link: target }),
        file('link/planted', 'x'),
        file('../../planted', 'x'),
        file('/absolute', 'x'),
        header({ name: 'up', type: '2', link: '../../../../../../../../' }),
        file(`up${peer.path('outside')}`, 'overwritten'),
        header({ name: 'hard', type: '1', link: '../absolute' }),
      ),
    ];
    const imageId = await load(layers, 'hostile');
    assert.deepEqual(readdirSync(target), []);
    assert.equal(readFileSync(peer.path('outside'), 'utf8'), 'untouched');
    const { path } = await peer.rootfs.mount({ containerId, name: 'hostile', imageId });
    assert.deepEqual(readdirSync(join(path, target)).sort(), ['inside', 'planted']);
    assert.equal(readFileSync(join(path, peer.path('outside')), 'utf8'), 'overwritten');
    assert.equal(readFileSync(join(path, 'planted'), 'utf8'), 'x');
    assert.equal(statSync(join(path, 'hard')).nlink, 2);
    await peer.rootfs.remove(containerId);
  });

  const impossible: readonly (readonly [string, readonly Buffer[]])[] = [
    [
      'a hardlink to what is outside',
      [header({ name: 'hard', type: '1', link: '../../../../../../../etc/passwd' })],
    ],
    ['a file below a file', [file('a', 'x'), file('a/b', 'x')]],
    ['a file below a link to nowhere', [header({ name: 'a', type: '2', link: '/etc' }), file('a/b', 'x')]],
    ['a file below a link to itself', [header({ name: 'a', type: '2', link: 'a' }), file('a/b', 'x')]],
    [
      'a name of 300 bytes',
      [file('a/'.repeat(3), 'x', { type: '5' }), pax({ path: 'n'.repeat(300) }), file('a', 'x')],
    ],
    ['a whiteout of nothing', [file('.wh.', '')]],
    ['a whiteout of the folder above', [file('.wh...', '')]],
  ];
  for (const [what, parts] of impossible) {
    it(`refuses ${what}, and leaves nothing`, async () => {
      await assert.rejects(
        load([archive(...parts)]),
        (error) => error instanceof ImageError && error.code === 'LAYER_INVALID',
      );
      assert.deepEqual(peer.strays(), []);
    });
  }

  it('refuses stores that it cannot honour', async () => {
    const unsupported = (error: unknown) =>
      error instanceof StorageError && error.code === 'STORE_UNSUPPORTED';
    const imageId = await load([baseLayer]);
    const [layer] = peer.records('layers');
    mkdirSync(join(peer.root, 'overlay', layer?.id ?? '', 'composefs-data'));
    await assert.rejects(peer.rootfs.mount({ containerId, name: 'web', imageId }), unsupported);
    const other = new PeerStore();
    try {
      mkdirSync(join(other.root, 'vfs-layers'), { recursive: true });
      await assert.rejects(other.images.list(), unsupported);
      await assert.rejects(other.images.import({ source: peer.path('image.tar'), changes: [] }), unsupported);
    } finally {
      await other[Symbol.asyncDispose]();
    }
  });
});

describe('images on a full disk', () => {
  it('fail with one error, leave nothing, and load once there is room', async () => {
    const peer = new PeerStore();
    try {
      mkdirSync(peer.root);
      writeFileSync(
        peer.path('image.tar'),
        dockerArchive({ layers: [baseLayer], tags: ['localhost/full:latest'] }),
      );
      await mount({ source: 'tmpfs', target: peer.root, type: 'tmpfs', data: 'size=1m,mode=0700' });
      await assert.rejects(
        peer.images.load(peer.path('image.tar')),
        (error) => error instanceof StorageError && error.code === 'NO_SPACE',
      );
      assert.deepEqual(peer.strays(), []);
      await mount({ target: peer.root, flags: MOUNT.REMOUNT, data: 'size=16m' });
      await peer.images.load(peer.path('image.tar'));
      assert.equal((await peer.images.list()).length, 1);
    } finally {
      await peer[Symbol.asyncDispose]();
    }
  });
});
