import assert from 'node:assert/strict';
import { NetworkError } from '../../../src/errors/network-error.ts';
import { exec } from '../../../src/host/exec.ts';
import { addChain, type ChainAttachment, deleteChain } from '../../../src/network/chain.ts';
import { parseNetwork } from '../../../src/network/network-configuration.ts';
import { createPlugins, PluginFailure } from '../../../src/network/plugins.ts';
import { CniPlugins } from '../../fakes/cni-plugins.ts';

const network = parseNetwork(
  JSON.stringify({
    cniVersion: '1.0.0',
    name: 'lan',
    plugins: [
      { type: 'first', bridge: 'br0', ipam: { type: 'host-local' } },
      { type: 'second', capabilities: { portMappings: true, mac: true }, key: [1, 'two'] },
    ],
  }),
  'lan.conflist',
);
const ports = [
  { hostIP: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
  { hostIP: '127.0.0.1', hostPort: 53, containerPort: 53, protocol: 'udp' },
] as const;
const pod = { podId: 'abc', namespace: 'shop', podName: 'web', netns: '/run/netns/web' };
const result = { cniVersion: '1.0.0', ips: [{ address: '10.1.0.5/24' }] };

describe('network/chain', () => {
  let fakes: CniPlugins;

  beforeEach(() => {
    fakes = new CniPlugins(['first', 'second']);
    fakes.answer({ type: 'first', command: 'ADD' }, result);
  });

  afterEach(() => fakes[Symbol.dispose]());

  function chain(attachment: Partial<ChainAttachment> = {}, owner: Partial<typeof pod> = pod) {
    return {
      attachment: { network, version: '1.0.0', interface: 'eth0', portMappings: ports, ...attachment },
      pod: { podId: 'abc', namespace: 'shop', podName: 'web', ...owner },
      plugins: createPlugins({ exec, folders: ['/nowhere', fakes.folder] }),
    };
  }

  const called = (field: 'type' | 'netns') => fakes.calls().map((call) => call[field]);

  it('passes parameters, the configuration with its unknown keys, asked-for capabilities and the previous result', async () => {
    assert.deepEqual(await addChain(chain()), result);
    const parameters = {
      command: 'ADD',
      container: 'abc',
      netns: '/run/netns/web',
      interface: 'eth0',
      args: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=abc',
      path: `/nowhere:${fakes.folder}`,
    };
    assert.deepEqual(fakes.calls(), [
      {
        type: 'first',
        ...parameters,
        request: {
          type: 'first',
          cniVersion: '1.0.0',
          name: 'lan',
          bridge: 'br0',
          ipam: { type: 'host-local' },
        },
      },
      {
        type: 'second',
        ...parameters,
        request: {
          type: 'second',
          cniVersion: '1.0.0',
          name: 'lan',
          key: [1, 'two'],
          runtimeConfig: {
            portMappings: [
              { hostPort: 8080, containerPort: 80, protocol: 'tcp' },
              { hostPort: 53, containerPort: 53, protocol: 'udp', hostIP: '127.0.0.1' },
            ],
          },
          prevResult: result,
        },
      },
    ]);
  });

  it('undoes in reverse, each plugin with the final result', async () => {
    await deleteChain(chain(), result);
    assert.deepEqual(called('type'), ['second', 'first']);
    assert.deepEqual(
      fakes.calls().map((call) => [call.command, call.request['prevResult']]),
      [
        ['DEL', result],
        ['DEL', result],
      ],
    );
  });

  it('undoes without a namespace and without a result', async () => {
    await deleteChain(chain({}, {}), undefined);
    assert.deepEqual(called('netns'), ['', '']);
    assert.equal(
      fakes.calls().some(({ request }) => 'prevResult' in request),
      false,
    );
  });

  it('keeps the result from plugins of specifications that knew none at DEL', async () => {
    await deleteChain(chain({ version: '0.3.1' }), result);
    assert.equal(
      fakes.calls().some(({ request }) => 'prevResult' in request),
      false,
    );
  });

  it('stops at a failing plugin and tells its number and message', async () => {
    fakes.answer({ type: 'first', command: 'ADD' }, { code: 11, msg: 'later', details: 'busy' }, 1);
    await assert.rejects(
      addChain(chain()),
      (error) =>
        error instanceof PluginFailure &&
        error.code === 'PLUGIN_FAILED' &&
        error.pluginCode === 11 &&
        /later: busy/.test(error.message),
    );
    assert.deepEqual(called('type'), ['first']);
  });

  it('takes "container unknown" at DEL for done', async () => {
    fakes.answer({ type: 'second', command: 'DEL' }, { code: 3, msg: 'unknown' }, 1);
    await deleteChain(chain(), result);
    assert.deepEqual(called('type'), ['second', 'first']);
  });

  const failures: readonly [string, string, number][] = [
    ['fails without a word', '', 1],
    ['fails with something else than JSON', 'Segmentation fault', 2],
    ['succeeds with something else than JSON', 'hello', 0],
  ];
  for (const [name, answer, status] of failures) {
    it(`is an error when a plugin ${name}`, async () => {
      fakes.answer({ type: 'first', command: 'ADD' }, answer, status);
      await assert.rejects(
        addChain(chain()),
        (error) => error instanceof PluginFailure && error.pluginCode === undefined,
      );
    });
  }

  it('names plugins that are not installed', () => {
    const { plugins } = chain();
    plugins.need(['first', 'second']);
    assert.throws(
      () => plugins.need(['first', 'third']),
      (error) =>
        error instanceof NetworkError && error.code === 'PLUGIN_MISSING' && /third/.test(error.message),
    );
  });
});
