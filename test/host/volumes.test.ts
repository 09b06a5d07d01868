import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PreparedVolume, Sources, Volumes, VolumesRequest } from '../../src/contracts/volumes.ts';
import { SystemError } from '../../src/errors/system-error.ts';
import { VolumeError } from '../../src/errors/volume-error.ts';
import { removeTree } from '../../src/host/files.ts';
import { bind, unmount } from '../../src/host/mount.ts';
import { mountTable } from '../../src/host/mount-table.ts';
import type { ConfigMap, Secret, Volume } from '../../src/kube/wire.ts';
import { createVolumes } from '../../src/volumes/create-volumes.ts';

const tmpfs = 0x01021994;

function configMap(data: Record<string, string>, rest: Partial<ConfigMap> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cfg' }, data, ...rest };
}

const secret: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  data: { u: 'b2xk', p: 'cGFzcw==' },
  stringData: { u: 'new' },
};

describe('volumes with mounts', () => {
  let folder: string;
  let volumes: Volumes;
  const at = (name: string) => join(folder, name);
  const sources = (cfg: ConfigMap = configMap({ a: '1' })): Sources => ({
    configMaps: new Map([['cfg', cfg]]),
    secrets: new Map([['s', secret]]),
    claims: new Map(),
  });
  const request = (list: Volume[], rest: Partial<VolumesRequest> = {}): VolumesRequest => ({
    podId: 'p1',
    namespace: 'default',
    volumes: list,
    sources: sources(),
    ...rest,
  });
  const one = async (volume: Volume, rest: Partial<VolumesRequest> = {}): Promise<PreparedVolume> => {
    const prepared = (await volumes.prepare(request([volume], rest))).get(volume.name);
    assert.ok(prepared);
    return prepared;
  };
  const pin = (volume: PreparedVolume, subPath: string, index = 0) =>
    volumes.subPath({ podId: 'p1', containerId: 'c1', index, volume, subPath });
  const mounts = async () =>
    (await mountTable()).filter(({ target }) => target.startsWith(folder)).map(({ target }) => target);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-host-volumes-'));
    volumes = createVolumes({ stateFolder: at('state'), runFolder: at('run') });
  });
  afterEach(async () => {
    for (const id of await volumes.prepared()) await volumes.release(id);
    assert.deepEqual(await mounts(), []);
    assert.deepEqual(await volumes.prepared(), []);
    rmSync(folder, { recursive: true });
  });

  describe('C34: emptyDir in memory', () => {
    const volume: Volume = { name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } };

    it('is one file system of the size asked for, kept until the pod is released', async () => {
      const { path } = await one(volume);
      const status = statfsSync(path);
      assert.equal(status.type, tmpfs);
      assert.equal(status.blocks * status.bsize, 8 * 1024 * 1024);
      assert.equal(statSync(path).mode & 0o777, 0o777);
      writeFileSync(join(path, 'f'), 'hi');
      assert.throws(() => writeFileSync(join(path, 'g'), Buffer.alloc(9 * 1024 * 1024)), {
        code: 'ENOSPC',
      });
      assert.equal((await one(volume)).path, path);
      assert.equal(readFileSync(join(path, 'f'), 'utf8'), 'hi');
      const entry = (await mountTable()).find(({ target }) => target === path);
      assert.ok(entry?.options.includes('nosuid') && entry.options.includes('nodev'));
      await volumes.release('p1');
      assert.equal(existsSync(path), false);
      assert.deepEqual(readdirSync((await one(volume)).path), []);
    });
  });

  describe('configMap and secret volumes', () => {
    it('lie in memory, where nobody else may look, and go with the last pod', async () => {
      const first = await one({ name: 'v', secret: { secretName: 's', defaultMode: 0o400 } });
      const second = await one({ name: 'v', secret: { secretName: 's' } }, { podId: 'p2' });
      assert.equal(statfsSync(first.path).type, tmpfs);
      assert.equal(statSync(at('run/data')).mode & 0o777, 0o700);
      assert.deepEqual(await mounts(), [at('run/data')]);
      const options = (await mountTable()).find(({ target }) => target === at('run/data'))?.options ?? [];
      assert.ok(options.includes('nosuid') && options.includes('nodev') && !options.includes('noexec'));
      assert.deepEqual([first.type, first.readOnly, first.source], ['directory', true, 'secret']);
      assert.equal(statSync(join(first.path, 'p')).mode & 0o777, 0o400);
      await volumes.release('p1');
      assert.deepEqual(await mounts(), [at('run/data')]);
      assert.equal(readFileSync(join(second.path, 'p'), 'utf8'), 'pass');
      await volumes.release('p2');
      assert.deepEqual(await mounts(), []);
      assert.equal(existsSync(at('run/data')), false);
    });

    it('C16, C24: hold every byte, and no more', async () => {
      const cfg = configMap({ 't.txt': 'hi' }, { binaryData: { 'b.bin': 'AAH+/w==' } });
      const config = await one({ name: 'v', configMap: { name: 'cfg' } }, { sources: sources(cfg) });
      assert.deepEqual(readFileSync(join(config.path, 'b.bin')), Buffer.from([0, 1, 0xfe, 0xff]));
      assert.equal(readFileSync(join(config.path, 't.txt'), 'utf8'), 'hi');
      const { path } = await one({ name: 'w', secret: { secretName: 's' } });
      assert.deepEqual(
        ['u', 'p'].map((key) => readFileSync(join(path, key), 'utf8')),
        ['new', 'pass'],
      );
    });

    it('C18: fail for a missing key, and start without it when optional', async () => {
      const items = [{ key: 'zzz', path: 'z' }];
      await assert.rejects(
        one({ name: 'v', configMap: { name: 'cfg', items } }),
        (error) => error instanceof VolumeError && error.code === 'KEY_MISSING',
      );
      assert.deepEqual(await volumes.prepared(), []);
      const { path } = await one({ name: 'v', configMap: { name: 'cfg', items, optional: true } });
      assert.equal(existsSync(join(path, 'z')), false);
    });

    it('C19: have the modes asked for', async () => {
      const cfg = { sources: sources(configMap({ a: '1', b: '2' })) };
      const items = [
        { key: 'a', path: 'a' },
        { key: 'b', path: 'b', mode: 0o600 },
      ];
      const prepared = await volumes.prepare(
        request(
          [
            { name: 'v', configMap: { name: 'cfg', defaultMode: 0o440, items } },
            { name: 'w', configMap: { name: 'cfg', defaultMode: 256 } },
            { name: 'x', configMap: { name: 'cfg' } },
          ],
          cfg,
        ),
      );
      const mode = (volume: string, key: string) =>
        statSync(join(prepared.get(volume)?.path ?? '', key)).mode & 0o777;
      assert.deepEqual(
        [mode('v', 'a'), mode('v', 'b'), mode('w', 'a'), mode('x', 'b')],
        [0o440, 0o600, 0o400, 0o644],
      );
    });

    it('stand side by side in a projected volume', async () => {
      const { path } = await one({
        name: 'v',
        projected: {
          defaultMode: 0o444,
          sources: [
            { configMap: { name: 'cfg' } },
            { secret: { name: 's', items: [{ key: 'p', path: 'x/p' }] } },
          ],
        },
      });
      assert.deepEqual(
        readdirSync(path)
          .filter((name) => !name.startsWith('..'))
          .sort(),
        ['a', 'x'],
      );
      assert.equal(readFileSync(join(path, 'x/p'), 'utf8'), 'pass');
    });

    it('follow a change of their object, as one step', async () => {
      const volume: Volume = { name: 'v', configMap: { name: 'cfg' } };
      const { path } = await one(volume);
      await one(volume, { sources: sources(configMap({ b: '2' })) });
      assert.deepEqual(
        readdirSync(path).filter((name) => !name.startsWith('..')),
        ['b'],
      );
    });
  });

  describe('subPath', () => {
    it('C21: of one key is a file that a later change does not alter', async () => {
      const volume = await one({ name: 'v', configMap: { name: 'cfg' } });
      const target = await pin(volume, 'a');
      assert.equal(target.type, 'file');
      assert.ok(lstatSync(target.path).isFile());
      await one({ name: 'v', configMap: { name: 'cfg' } }, { sources: sources(configMap({ a: 'changed' })) });
      assert.equal(readFileSync(target.path, 'utf8'), '1');
      const again = await pin(volume, 'a');
      assert.equal(again.path, target.path);
      assert.equal(readFileSync(again.path, 'utf8'), 'changed');
    });

    it('that is missing is made as folders with the mode of the volume', async () => {
      const volume = await one({ name: 'e', emptyDir: {} });
      const target = await pin(volume, 'x/./y/');
      assert.equal(target.type, 'directory');
      writeFileSync(join(target.path, 'f'), '');
      assert.deepEqual(readdirSync(join(volume.path, 'x/y')), ['f']);
      assert.equal(statSync(join(volume.path, 'x')).mode & 0o777, 0o777);
      await volumes.release('p1');
    });

    it('stays where it was, whatever the pod does with its names', async () => {
      const volume = await one({ name: 'e', emptyDir: {} });
      const target = await pin(volume, 'x');
      renameSync(join(volume.path, 'x'), join(volume.path, 'moved'));
      symlinkSync('/', join(volume.path, 'x'));
      writeFileSync(join(target.path, 'f'), '');
      assert.deepEqual(readdirSync(join(volume.path, 'moved')), ['f']);
    });

    it('never leaves the volume through links', async () => {
      const volume = await one({ name: 'e', emptyDir: {} });
      symlinkSync('/etc', join(volume.path, 'out'));
      symlinkSync('../../../../../../etc', join(volume.path, 'up'));
      for (const [index, name] of ['out', 'up'].entries()) {
        await assert.rejects(
          pin(volume, name, index),
          (error) => error instanceof VolumeError && error.code === 'SUBPATH_INVALID',
        );
        await assert.rejects(pin(volume, `${name}/passwd`, index), VolumeError);
      }
      mkdirSync(join(volume.path, 'etc'));
      const target = await pin(volume, 'out');
      writeFileSync(join(target.path, 'f'), '');
      assert.deepEqual(readdirSync(join(volume.path, 'etc')), ['f']);
    });

    for (const subPath of ['/a', '..', 'a/../b', 'file/below']) {
      it(`is refused: ${subPath}`, async () => {
        const volume = await one({ name: 'e', emptyDir: {} });
        writeFileSync(join(volume.path, 'file'), '');
        await assert.rejects(
          pin(volume, subPath),
          (error) => error instanceof VolumeError && error.code === 'SUBPATH_INVALID',
        );
      });
    }
  });

  it('many pods at the same time share the one mount', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `pod${index}`);
    const volume: Volume = { name: 'v', secret: { secretName: 's' } };
    await Promise.all(ids.map((podId) => one(volume, { podId })));
    assert.deepEqual(await mounts(), [at('run/data')]);
    await Promise.all(ids.map((podId) => volumes.release(podId)));
    assert.deepEqual(await mounts(), []);
  });

  it('a failed call leaves no mount', async () => {
    mkdirSync(at('state/pods/p1'), { recursive: true });
    writeFileSync(at('state/volumes'), 'in the way');
    await assert.rejects(
      volumes.prepare(
        request([
          { name: 'm', emptyDir: { medium: 'Memory' } },
          { name: 's', secret: { secretName: 's' } },
          { name: 'v', persistentVolumeClaim: { claimName: 'c' } },
        ]),
      ),
      SystemError,
    );
    assert.deepEqual(await volumes.prepared(), []);
    assert.deepEqual(await mounts(), []);
  });

  it('removeTree never enters a mount, of another device or of the same', async () => {
    mkdirSync(at('kept'));
    writeFileSync(at('kept/file'), '');
    mkdirSync(at('tree/below'), { recursive: true });
    await bind({ source: at('kept'), target: at('tree/below') });
    for (const path of ['tree', 'tree/below']) {
      await assert.rejects(
        removeTree(at(path)),
        (error) => error instanceof SystemError && error.errno === 'EBUSY',
      );
    }
    await unmount(at('tree/below'));
    assert.ok(existsSync(at('kept/file')));
    await removeTree(at('tree'));
    assert.equal(existsSync(at('tree')), false);
  });
});
