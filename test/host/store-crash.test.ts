import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseLayer, dockerArchive, sha256, upperLayer } from './image-fixture.ts';
import { PeerStore, type Ran, run } from './peer-store.ts';

const program = fileURLToPath(new URL('image-process.ts', import.meta.url));
const containerId = sha256(Buffer.from('crash'));

describe('a store whose users die or work side by side', () => {
  let peer: PeerStore;
  beforeEach(() => {
    peer = new PeerStore();
    writeFileSync(peer.path('base.tar'), baseLayer);
    writeFileSync(
      peer.path('two.tar'),
      dockerArchive({ layers: [baseLayer, upperLayer], tags: ['localhost/two:latest'] }),
    );
  });
  afterEach(() => peer[Symbol.asyncDispose]());

  async function inProcess(verb: string, args: readonly string[], fault?: string): Promise<Ran> {
    const env = { ...peer.environment, ...(fault === undefined ? {} : { POD_TEST: '1', POD_FAULT: fault }) };
    return await run([process.execPath, program, peer.root, peer.runroot, verb, ...args], { env });
  }

  /** Dies at the fault, then podman works, and the next command of ours cleans and does the same in full. */
  async function survives(fault: string, verb: string, args: readonly string[]): Promise<void> {
    const dead = await inProcess(verb, args, fault);
    assert.equal(dead.status, -1, `${fault}: ${dead.stderr}`);
    await peer.podman('images', '-q');
    await peer.store.recover();
    assert.deepEqual(peer.strays(), [], fault);
  }

  const loadFaults = [
    'images.unpacked',
    'storage.journal',
    'storage.layers-placed',
    'storage.layers-recorded',
    'storage.documents-written',
    'storage.image-recorded',
  ];
  for (const fault of loadFaults) {
    it(`killed in a load at ${fault}`, async () => {
      await survives(fault, 'load', [peer.path('two.tar')]);
      const complete = fault === 'storage.image-recorded';
      assert.equal(peer.records('layers').length, complete ? 2 : 0);
      await peer.images.load(peer.path('two.tar'));
      assert.equal(await peer.podman('run', '--rm', '--network', 'none', 'two', 'echo', 'runs'), 'runs');
    });
  }

  it('removes layers that another tool has not finished, and keeps what it does not know', async () => {
    const path = join(peer.root, 'overlay-layers', 'layers.json');
    await peer.podman('import', '-q', peer.path('base.tar'), 'theirs:1');
    const [layer] = peer.records<{ id: string }>('layers');
    const unfinished = { id: 'f'.repeat(64), parent: layer?.id, flags: { incomplete: true } };
    writeFileSync(path, JSON.stringify([{ ...layer, 'toc-digest': 'kept' }, unfinished]));
    mkdirSync(join(peer.root, 'overlay', unfinished.id, 'diff'), { recursive: true });
    await peer.images.load(peer.path('two.tar'));
    const layers = peer.records<{ id: string; 'toc-digest'?: string }>('layers');
    assert.equal(layers.length, 2);
    assert.equal(layers.find(({ id }) => id === layer?.id)?.['toc-digest'], 'kept');
    assert.deepEqual(peer.strays(), []);
    assert.equal(await peer.podman('run', '--rm', '--network', 'none', 'two', 'echo', 'runs'), 'runs');
  });

  it('podman stores what a killed load has begun', async () => {
    await inProcess('load', [peer.path('two.tar')], 'storage.layers-placed');
    await peer.podman('load', '-q', '-i', peer.path('two.tar'));
    await peer.store.recover();
    assert.equal(peer.records('layers').length, 2);
    assert.deepEqual(peer.strays(), []);
    assert.equal(await peer.podman('run', '--rm', '--network', 'none', 'two', 'echo', 'runs'), 'runs');
  });

  for (const fault of ['storage.image-unrecorded', 'storage.layers-retired']) {
    it(`killed in a removal at ${fault}`, async () => {
      await peer.images.load(peer.path('two.tar'));
      await survives(fault, 'remove', ['two']);
      assert.deepEqual(peer.records('images'), []);
      assert.deepEqual(peer.records('layers'), []);
      await peer.images.load(peer.path('two.tar'));
    });
  }

  for (const fault of ['rootfs.registered', 'rootfs.unmounted', 'rootfs.uncounted', 'rootfs.unrecorded']) {
    it(`killed at ${fault}`, async () => {
      await peer.images.load(peer.path('two.tar'));
      const removes = fault !== 'rootfs.registered';
      if (removes) await inProcess('mount', [containerId, 'two']);
      await survives(fault, removes ? 'unmount' : 'mount', [containerId, 'two']);
      await peer.rootfs.remove(containerId);
      assert.deepEqual(peer.records('containers'), []);
      assert.equal(peer.records('layers').length, 2);
      assert.ok(!existsSync(join(peer.stateFolder, 'containers', containerId)));
      await peer.podman('rmi', 'two');
    });
  }

  it('two of ours and podman change it at once, and nothing is lost', async () => {
    await peer.podman('import', '-q', peer.path('base.tar'), 'theirs:1');
    const rounds = 6;
    const podman = async () => {
      for (let round = 0; round < rounds; round++) {
        await peer.podman('tag', 'theirs:1', `theirs-tag:${round}`);
        if (round % 2 === 0) await peer.podman('rmi', `theirs-tag:${round}`);
      }
    };
    const ours = ['one', 'other'].map((name) =>
      inProcess('churn', [peer.path('base.tar'), name, String(rounds)]),
    );
    const results = await Promise.all([...ours, podman()]);
    for (const result of results) assert.equal(result?.status ?? 0, 0, result?.stderr);
    const names = peer.records<{ names?: string[] }>('images').flatMap((image) => image.names ?? []);
    const expected = ['localhost/theirs:1'];
    for (let round = 0; round < rounds; round++) {
      if (round % 2 === 1) expected.push(`localhost/theirs-tag:${round}`);
      if (round % 3 !== 0) {
        for (const name of ['one', 'other'])
          expected.push(`localhost/${name}:${round}`, `localhost/${name}-tag:${round}`);
      }
    }
    assert.deepEqual(names.sort(), expected.sort());
    assert.equal(peer.records('layers').length, 1);
    assert.deepEqual(peer.strays(), []);
    const listed = await peer.podman('images', '--format', '{{.Repository}}:{{.Tag}}');
    assert.deepEqual(listed.split('\n').sort(), expected);
  });
});
