import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigFiles, realpath } from '../../../src/host/config-files.ts';

describe('host/config-files', () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'pod-config-')));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text = name) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('are those that the environment names, and no others', async () => {
    const env = {
      CONTAINERS_CONF: file('containers.conf'),
      CONTAINERS_CONF_OVERRIDE: file('override.conf'),
      CONTAINERS_STORAGE_CONF: file('storage.conf'),
      CONTAINERS_REGISTRIES_CONF: file('registries.conf'),
    };
    const read = await readConfigFiles({ uid: 0, env });
    assert.deepEqual(
      read.containers.map(({ text }) => text),
      ['containers.conf', 'override.conf'],
    );
    assert.equal(read.storage?.text, 'storage.conf');
    assert.deepEqual(read.registries, [{ path: env.CONTAINERS_REGISTRIES_CONF, text: 'registries.conf' }]);
  });

  it("of a user come after the machine's, with drop-ins by name", async () => {
    mkdirSync(join(folder, 'containers/registries.conf.d'), { recursive: true });
    file('containers/registries.conf');
    file('containers/registries.conf.d/b.conf');
    file('containers/registries.conf.d/a.conf');
    file('containers/registries.conf.d/ignored.txt');
    const read = await readConfigFiles({ uid: 1000, env: { XDG_CONFIG_HOME: folder } });
    assert.deepEqual(
      read.registries.slice(-3).map(({ text }) => text),
      [
        'containers/registries.conf',
        'containers/registries.conf.d/a.conf',
        'containers/registries.conf.d/b.conf',
      ],
    );
  });

  it('must exist where the environment names them', async () => {
    const env = { CONTAINERS_CONF: join(folder, 'none') };
    await assert.rejects(readConfigFiles({ uid: 0, env }), { name: 'HostError', code: 'FILE_UNREADABLE' });
  });

  it('lead to real paths, as far as these exist', () => {
    symlinkSync(folder, join(folder, 'link'));
    assert.equal(realpath(join(folder, 'link/not/there')), join(folder, 'not/there'));
    assert.equal(realpath('/'), '/');
  });
});
