import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sources, Volumes, VolumesRequest } from '../../../src/contracts/volumes.ts';
import { StateError } from '../../../src/errors/state-error.ts';
import { VolumeError } from '../../../src/errors/volume-error.ts';
import type { Volume } from '../../../src/kube/wire.ts';
import { createVolumes } from '../../../src/volumes/create-volumes.ts';

const volumeError =
  (code: string, ...words: string[]) =>
  (error: unknown) =>
    error instanceof VolumeError &&
    error.code === code &&
    words.every((word) => error.message.includes(word));

const none: Sources = { configMaps: new Map(), secrets: new Map(), claims: new Map() };

describe('volumes without mounts', () => {
  let folder: string;
  let volumes: Volumes;
  const at = (name: string) => join(folder, name);
  const request = (list: Volume[], rest: Partial<VolumesRequest> = {}): VolumesRequest => ({
    podId: 'p1',
    namespace: 'default',
    volumes: list,
    sources: none,
    ...rest,
  });
  const one = async (volume: Volume, rest: Partial<VolumesRequest> = {}) => {
    const prepared = (await volumes.prepare(request([volume], rest))).get(volume.name);
    assert.ok(prepared);
    return prepared;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-volumes-'));
    volumes = createVolumes({ stateFolder: at('state'), runFolder: at('run') });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe('C30: hostPath types', () => {
    const server = createServer();
    beforeEach((done: () => void) => {
      mkdirSync(at('dir'));
      writeFileSync(at('file'), '');
      server.listen(at('socket'), done);
    });
    afterEach((done: () => void) => void server.close(done));

    const accepted: readonly [type: string, path: string, as: string][] = [
      ['', 'dir', 'directory'],
      ['', 'file', 'file'],
      ['', 'made', 'directory'],
      ['Directory', 'dir', 'directory'],
      ['DirectoryOrCreate', 'dir', 'directory'],
      ['DirectoryOrCreate', 'made/deep', 'directory'],
      ['File', 'file', 'file'],
      ['FileOrCreate', 'file', 'file'],
      ['FileOrCreate', 'made', 'file'],
      ['Socket', 'socket', 'socket'],
      ['CharDevice', '/dev/null', 'device'],
    ];
    for (const [type, path, as] of accepted) {
      it(`${type || 'no type'} takes ${path}`, async () => {
        const full = path.startsWith('/') ? path : at(path);
        const prepared = await one({ name: 'h', hostPath: { path: full, type } });
        const device = as === 'device' ? { device: { type: 'c', major: 1, minor: 3 } } : {};
        assert.deepEqual(prepared, {
          name: 'h',
          path: full,
          type: as,
          readOnly: false,
          source: 'hostPath',
          ...device,
        });
        if (path.startsWith('made')) {
          assert.equal(statSync(full).mode & 0o777, as === 'directory' ? 0o755 : 0o644);
        }
      });
    }

    const refused: readonly [type: string, path: string, code: string][] = [
      ['Directory', 'none', 'SOURCE_MISSING'],
      ['Directory', 'file', 'SOURCE_WRONG_TYPE'],
      ['DirectoryOrCreate', 'file', 'SOURCE_WRONG_TYPE'],
      ['File', 'none', 'SOURCE_MISSING'],
      ['File', 'dir', 'SOURCE_WRONG_TYPE'],
      ['FileOrCreate', 'dir', 'SOURCE_WRONG_TYPE'],
      ['FileOrCreate', 'none/file', 'SOURCE_MISSING'],
      ['Socket', 'file', 'SOURCE_WRONG_TYPE'],
      ['CharDevice', 'file', 'SOURCE_WRONG_TYPE'],
      ['BlockDevice', 'file', 'SOURCE_WRONG_TYPE'],
      ['BlockDevice', 'none', 'SOURCE_MISSING'],
      ['Nonsense', 'dir', 'UNSUPPORTED_VOLUME'],
    ];
    for (const [type, path, code] of refused) {
      it(`${type} refuses ${path}, naming volume and type, and makes nothing`, async () => {
        await assert.rejects(
          one({ name: 'vol-h', hostPath: { path: at(path), type } }),
          volumeError(code, 'vol-h', type),
        );
        assert.equal(existsSync(at('none')), false);
        assert.equal(existsSync(at('state')), false);
      });
    }
  });

  describe('C31: relative hostPath', () => {
    it('is relative to the folder of the manifest', async () => {
      const prepared = await one(
        { name: 'h', hostPath: { path: './data', type: 'DirectoryOrCreate' } },
        { baseFolder: folder },
      );
      assert.equal(prepared.path, at('data'));
      assert.ok(statSync(at('data')).isDirectory());
    });

    for (const path of ['./data', '', 'a/../b', '/tmp/../etc', '..']) {
      it(`is refused from standard input, and with .. always: ${JSON.stringify(path)}`, async () => {
        const baseFolder = path.includes('..') ? { baseFolder: folder } : {};
        await assert.rejects(
          one({ name: 'h', hostPath: { path, type: '' } }, baseFolder),
          volumeError('PATH_INVALID', 'h'),
        );
      });
    }
  });

  describe('emptyDir on disk', () => {
    it('is writable by anyone in the pod, kept on a second call, and gone with release', async () => {
      const { path, type, readOnly } = await one({ name: 'e', emptyDir: {} });
      assert.deepEqual([type, readOnly, statSync(path).mode & 0o777], ['directory', false, 0o777]);
      writeFileSync(join(path, 'kept'), '');
      assert.deepEqual(readdirSync((await one({ name: 'e' })).path), ['kept']);
      assert.deepEqual(await volumes.prepared(), ['p1']);
      await volumes.release('p1');
      assert.deepEqual(await volumes.prepared(), []);
      assert.deepEqual(readdirSync(at('state/pods')), []);
      await volumes.release('p1');
    });

    it('is not there for two pods together', async () => {
      const mine = await one({ name: 'e', emptyDir: {} });
      const others = await one({ name: 'e', emptyDir: {} }, { podId: 'p2' });
      assert.notEqual(mine.path, others.path);
    });

    it('knows no other medium than Memory', async () => {
      await assert.rejects(
        one({ name: 'e', emptyDir: { medium: 'HugePages-2Mi' } }),
        volumeError('UNSUPPORTED_VOLUME', 'e'),
      );
    });
  });

  describe('named volumes', () => {
    const claim: Volume = { name: 'v', persistentVolumeClaim: { claimName: 'my_data' } };

    it('are made once, shared by pods, and outlive them', async () => {
      const first = await one(claim, { podName: 'web' });
      writeFileSync(join(first.path, 'kept'), '');
      const second = await one(
        { name: 'w', persistentVolumeClaim: { claimName: 'my_data', readOnly: true } },
        { podId: 'p2' },
      );
      assert.equal(second.path, first.path);
      assert.equal(second.readOnly, true);
      assert.equal(first.path, at('state/volumes/default/my_data/_data'));
      const [volume, ...more] = await volumes.named();
      assert.deepEqual(more, []);
      assert.deepEqual([volume?.name, volume?.usedBy], ['my_data', ['p2', 'web']]);
      await volumes.release('p1');
      await volumes.release('p2');
      assert.deepEqual((await volumes.named())[0]?.usedBy, []);
      assert.deepEqual(readdirSync(first.path), ['kept']);
    });

    it('carry labels, and the owner that the annotations tell', async () => {
      const made = await volumes.ensureNamed({
        namespace: 'x',
        name: 'v',
        labels: { app: 'a' },
        annotations: { 'volume.podman.io/uid': String(process.getuid?.() ?? 0) },
      });
      assert.equal(made.created, true);
      assert.deepEqual(made.volume.labels, { app: 'a' });
      assert.equal(statSync(made.volume.path).mode & 0o777, 0o755);
      const again = await volumes.ensureNamed({ namespace: 'x', name: 'v', labels: { app: 'b' } });
      assert.equal(again.created, false);
      assert.deepEqual(again.volume.labels, { app: 'a' });
      await volumes.removeNamed({ namespace: 'x', name: 'v' });
      assert.deepEqual(await volumes.named(), []);
      await assert.rejects(
        volumes.removeNamed({ namespace: 'x', name: 'v' }),
        volumeError('VOLUME_NOT_FOUND'),
      );
    });

    it('are made by one of many at the same time', async () => {
      const made = await Promise.all(
        Array.from({ length: 10 }, () => volumes.ensureNamed({ namespace: 'x', name: 'v' })),
      );
      assert.equal(made.filter(({ created }) => created).length, 1);
    });

    it('are refused when their record is newer or damaged', async () => {
      const { volume } = await volumes.ensureNamed({ namespace: 'x', name: 'v' });
      for (const [content, code] of [
        ['{"format":2}', 'RECORD_NEWER'],
        ['', 'RECORD_CORRUPT'],
      ] as const) {
        writeFileSync(join(volume.path, '../volume.json'), content);
        await assert.rejects(volumes.named(), (error) => error instanceof StateError && error.code === code);
      }
    });
  });

  it('checks all before it makes any', async () => {
    await assert.rejects(
      volumes.prepare(
        request([
          { name: 'e', emptyDir: {} },
          { name: 'h', hostPath: { path: at('made'), type: 'DirectoryOrCreate' } },
          { name: 'c', configMap: { name: 'none' } },
        ]),
      ),
      volumeError('SOURCE_MISSING', 'c', 'ConfigMap', 'none'),
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  it('makes nothing for a pod without volumes', async () => {
    assert.equal((await volumes.prepare(request([]))).size, 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('puts an empty folder where a type is not acted on yet', async () => {
    const nfs = await one({ name: 'n', nfs: { server: 's', path: '/' } });
    assert.equal(nfs.source, 'nfs');
    assert.deepEqual(readdirSync(nfs.path), []);
  });
});
