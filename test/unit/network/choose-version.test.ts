import assert from 'node:assert/strict';
import { join } from 'node:path';
import { NetworkError } from '../../../src/errors/network-error.ts';
import { exec } from '../../../src/host/exec.ts';
import { chooseVersion } from '../../../src/network/choose-version.ts';
import { parseNetwork } from '../../../src/network/network-configuration.ts';
import { createPluginVersions } from '../../../src/network/plugin-versions.ts';
import { createPlugins } from '../../../src/network/plugins.ts';
import { CniPlugins } from '../../fakes/cni-plugins.ts';

const plugins = [{ type: 'first' }, { type: 'second' }];

describe('network/choose-version', () => {
  let fakes: CniPlugins;

  beforeEach(() => {
    fakes = new CniPlugins(['first', 'second']);
  });

  afterEach(() => fakes[Symbol.dispose]());

  function choose(declared: object): Promise<string> {
    const supportedBy = createPluginVersions({
      plugins: createPlugins({ exec, folders: [fakes.folder] }),
      file: join(fakes.folder, 'state/plugins.json'),
    });
    return chooseVersion(
      parseNetwork(JSON.stringify({ ...declared, name: 'lan', plugins }), 'lan'),
      supportedBy,
    );
  }

  function support(first: readonly string[], second: readonly string[]): void {
    fakes.answer({ type: 'first', command: 'VERSION' }, { supportedVersions: first });
    fakes.answer({ type: 'second', command: 'VERSION' }, { supportedVersions: second });
  }

  const cases: readonly [string, object, string[], string[], string | undefined][] = [
    ['the only one of the configuration', { cniVersion: '0.4.0' }, [], [], '0.4.0'],
    ['the first one where the configuration names none', {}, [], [], '0.1.0'],
    [
      'the highest that all have in common',
      { cniVersion: '1.1.0', cniVersions: ['0.4.0', '1.0.0', '1.1.0'] },
      ['0.4.0', '1.0.0', '1.1.0'],
      ['0.3.1', '0.4.0', '1.0.0'],
      '1.0.0',
    ],
    ['none where there is none', { cniVersions: ['1.0.0', '1.1.0'] }, ['0.4.0'], ['1.0.0'], undefined],
    ['none that pod does not speak', { cniVersion: '7.0.0' }, ['7.0.0'], ['7.0.0'], undefined],
  ];
  for (const [name, declared, first, second, expected] of cases) {
    it(`is ${name}`, async () => {
      support(first, second);
      if (expected !== undefined) return assert.equal(await choose(declared), expected);
      return assert.rejects(
        choose(declared),
        (error) => error instanceof NetworkError && error.code === 'NETWORK_INVALID',
      );
    });
  }

  it('takes a plugin without the VERSION command for one of the first specification', async () => {
    support([], ['0.1.0', '0.2.0']);
    fakes.answer({ type: 'first', command: 'VERSION' }, { code: 4, msg: 'unknown CNI_COMMAND' }, 1);
    assert.equal(await choose({ cniVersions: ['0.1.0', '0.2.0'] }), '0.1.0');
  });

  it('asks a plugin once, and again when its file has changed', async () => {
    const both = { cniVersions: ['0.4.0', '1.0.0'] };
    support(['0.4.0'], ['0.4.0', '1.0.0']);
    for (let count = 0; count < 2; count += 1) assert.equal(await choose(both), '0.4.0');
    assert.equal(fakes.calls().length, 2);
    support(['0.4.0', '1.0.0'], ['0.4.0', '1.0.0']);
    fakes.install(['first']);
    assert.equal(await choose(both), '1.0.0');
    assert.equal(fakes.calls().length, 3);
  });
});
