import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConfig } from '../../src/config/config.ts';
import type { PullPolicy } from '../../src/contracts/images.ts';
import { ImageError } from '../../src/errors/image-error.ts';
import { RegistryError } from '../../src/errors/registry-error.ts';
import { createRegistry } from '../../src/registry/registry.ts';
import { baseLayer, dockerArchive, probe, probeResult, upperLayer } from './image-fixture.ts';
import { PeerStore, run } from './peer-store.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(20)) {
    const socket = connect(port, '127.0.0.1');
    const connected = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    });
    socket.destroy();
    if (connected) return;
  }
  assert.fail('docker-registry does not listen');
}

describe('pulling from a registry', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pod-pull-'));
  let server: ChildProcess;
  let host: string;
  let peer: PeerStore;

  before(async () => {
    const port = await freePort();
    host = `127.0.0.1:${port}`;
    const storage = `storage: {filesystem: {rootdirectory: ${folder}/registry}}`;
    writeFileSync(
      join(folder, 'config.yml'),
      `version: 0.1\nlog: {level: error}\n${storage}\nhttp: {addr: '${host}'}\n`,
    );
    server = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    await untilListening(port);
    const images = { one: [baseLayer], two: [baseLayer, upperLayer] };
    for (const [name, layers] of Object.entries(images)) {
      const path = join(folder, `${name}.tar`);
      writeFileSync(path, dockerArchive({ layers, tags: [`localhost/${name}:latest`] }));
      for (const [tag, format] of [
        ['latest', 'v2s2'],
        ['oci', 'oci'],
      ]) {
        const target = `docker://${host}/test/${name}:${tag}`;
        const copy = [
          'skopeo',
          'copy',
          '-q',
          '--insecure-policy',
          '--dest-tls-verify=false',
          '--format',
          format ?? '',
        ];
        const { status, stderr } = await run([...copy, `docker-archive:${path}`, target]);
        assert.equal(status, 0, stderr);
      }
    }
  });
  after(async () => {
    server.kill();
    await once(server, 'exit');
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    const config = createConfig({
      files: { containers: [], registries: [] },
      env: {},
      flags: {},
      uid: 0,
      cwd: '/',
      realpath: (path) => path,
    });
    peer = new PeerStore(createRegistry({ config, retries: { delays: [], longest: 0 } }));
  });
  afterEach(async () => {
    const strays = peer.strays();
    await peer[Symbol.asyncDispose]();
    assert.deepEqual(strays, []);
  });

  async function pull(
    name: string,
    policy: PullPolicy = 'Always',
  ): Promise<{ lines: string[]; id: string; digest: string; from: string; warning?: string }> {
    const lines: string[] = [];
    const options = { policy, tlsVerify: false, onProgress: (line: string) => lines.push(line) };
    const { image, from, warning } = await peer.images.pull(name, options);
    return {
      lines,
      id: image.id,
      digest: image.digest ?? '',
      from,
      ...(warning === undefined ? {} : { warning }),
    };
  }

  for (const tag of ['latest', 'oci']) {
    it(`stores what podman stores of the ${tag} image, and podman runs it`, async () => {
      const pulled = await pull(`${host}/test/two:${tag}`);
      assert.equal(pulled.from, 'registry');
      const listed = await peer.podman('images', '--format', '{{.Repository}}:{{.Tag}} {{.Digest}}');
      assert.equal(listed, `${host}/test/two:${tag} ${pulled.digest}`);
      const output = await peer.podman('run', '--rm', '--network', 'none', pulled.id, 'sh', '-c', probe);
      assert.equal(output, probeResult);
      const other = new PeerStore();
      try {
        await other.podman('pull', '-q', '--tls-verify=false', `${host}/test/two:${tag}`);
        const [ours, theirs] = [peer, other].map(
          (each) => each.records<Record<string, unknown>>('images')[0],
        );
        for (const key of ['id', 'digest', 'names', 'layer', 'big-data-digests']) {
          assert.deepEqual(ours?.[key], theirs?.[key], key);
        }
        const keys = [
          'id',
          'parent',
          'compressed-diff-digest',
          'compressed-size',
          'diff-digest',
          'diff-size',
          'compression',
        ];
        const [own, peers] = [peer, other].map((each) =>
          each.records<Record<string, unknown>>('layers').map((layer) => keys.map((key) => layer[key])),
        );
        assert.deepEqual(own, peers);
      } finally {
        await other[Symbol.asyncDispose]();
      }
    });
  }

  it('fetches only layers that the store lacks', async () => {
    await pull(`${host}/test/one`);
    const blobs = ({ lines }: { lines: string[] }) =>
      lines.filter((line) => line.startsWith('Copying blob')).length;
    assert.equal(blobs(await pull(`${host}/test/two`)), 1);
    assert.equal(blobs(await pull(`${host}/test/two`)), 0);
  });

  it('stores a pull by digest under the digest, and finds it by that', async () => {
    const { digest, id } = await pull(`${host}/test/one`);
    await peer.images.remove(id, { force: true });
    const name = `${host}/test/one@${digest}`;
    assert.equal((await pull(name)).id, id);
    assert.deepEqual((await peer.images.get(name)).names, [name]);
    assert.equal((await pull(name, 'Never')).from, 'local');
  });

  it('goes by the policy', async () => {
    const name = `${host}/test/one:latest`;
    const never = (error: unknown) => error instanceof ImageError && error.code === 'IMAGE_NEVER_PULLED';
    await assert.rejects(pull(name, 'Never'), never);
    assert.equal((await pull(name, 'IfNotPresent')).from, 'registry');
    assert.equal((await pull(name, 'IfNotPresent')).from, 'local');
    assert.equal((await pull(name, 'Always')).from, 'registry');
    await peer.images.tag(name, ['made-here']);
    assert.equal((await pull('made-here', 'Always')).from, 'local');
    await assert.rejects(
      pull('localhost/absent'),
      (error) => error instanceof ImageError && error.code === 'IMAGE_NOT_FOUND',
    );
  });

  it('takes the local image for one of a registry that does not answer, and says so', async () => {
    const { id } = await pull(`${host}/test/one`);
    const name = `127.0.0.1:${await freePort()}/test/one:latest`;
    await assert.rejects(
      pull(name),
      (error) => error instanceof RegistryError && error.code === 'UNREACHABLE',
    );
    await peer.images.tag(id, [name]);
    const pulled = await pull(name);
    assert.equal(pulled.id, id);
    assert.match(pulled.warning ?? '', /test\/one/);
    await assert.rejects(
      pull(`${host}/test/none`),
      (error) => error instanceof RegistryError && error.code === 'NOT_FOUND',
    );
  });

  it('shares the work with a second pull at the same time', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => pull(`${host}/test/two`)));
    assert.equal(new Set(ids.map(({ id }) => id)).size, 1);
    assert.equal(peer.records('layers').length, 2);
  });

  it('stops when it is told to, and leaves nothing', async () => {
    const abort = new AbortController();
    const pulling = peer.images.pull(`${host}/test/two`, {
      policy: 'Always',
      tlsVerify: false,
      signal: abort.signal,
      onProgress: (line) => {
        if (line.startsWith('Copying blob')) abort.abort();
      },
    });
    await assert.rejects(pulling);
    assert.deepEqual(peer.records('layers'), []);
  });
});
