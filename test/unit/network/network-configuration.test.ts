import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkError } from '../../../src/errors/network-error.ts';
import { parseNetwork, readNetworks } from '../../../src/network/network-configuration.ts';

describe('network/network-configuration', () => {
  it('reads a list, with keys it does not know', () => {
    const text =
      '{"cniVersion":"0.4.0","name":"a","plugins":[{"type":"bridge","x":{"y":1}},{"type":"portmap"}]}';
    assert.deepEqual(parseNetwork(text, 'a.conflist'), {
      name: 'a',
      versions: ['0.4.0'],
      plugins: [{ type: 'bridge', x: { y: 1 } }, { type: 'portmap' }],
    });
  });

  it('reads a single plugin as a list of one', () => {
    const text = '{"cniVersion":"0.2.0","name":"a","type":"bridge"}';
    assert.deepEqual(parseNetwork(text, 'a.conf'), {
      name: 'a',
      versions: ['0.2.0'],
      plugins: [{ cniVersion: '0.2.0', name: 'a', type: 'bridge' }],
    });
  });

  const broken: readonly [string, string][] = [
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no name', '{"plugins":[{"type":"bridge"}]}'],
    ['a name that leaves its folder', '{"name":"../a","type":"bridge"}'],
    ['no plugins', '{"name":"a","plugins":[]}'],
    ['plugins that are no list', '{"name":"a","plugins":{}}'],
    ['a plugin without a type', '{"name":"a","plugins":[{}]}'],
    ['a plugin that is a path', '{"name":"a","plugins":[{"type":"../../bin/sh"}]}'],
    [
      'capabilities that are no object',
      '{"name":"a","plugins":[{"type":"b","capabilities":["portMappings"]}]}',
    ],
  ];
  for (const [name, text] of broken) {
    it(`refuses ${name}, naming the file`, () =>
      assert.throws(
        () => parseNetwork(text, '/etc/x.conf'),
        (error) =>
          error instanceof NetworkError &&
          error.code === 'NETWORK_INVALID' &&
          error.message.includes('/etc/x.conf'),
      ));
  }

  it('reads folders in order; the first of a name counts, and a broken file hides nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pod-networks-'));
    try {
      writeFileSync(join(folder, '20-b.conflist'), '{"name":"b","plugins":[{"type":"bridge"}]}');
      writeFileSync(join(folder, '10-a.conf'), '{"name":"a","type":"ptp"}');
      writeFileSync(join(folder, '30-a.conf'), '{"name":"a","type":"macvlan"}');
      writeFileSync(join(folder, '40-broken.json'), '{');
      writeFileSync(join(folder, 'README'), '{');
      const { networks, faults } = readNetworks(['/nowhere', folder]);
      assert.deepEqual(
        networks.map(({ name, plugins }) => [name, plugins[0].type]),
        [
          ['a', 'ptp'],
          ['b', 'bridge'],
        ],
      );
      assert.equal(faults.length, 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
