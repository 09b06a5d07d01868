import assert from 'node:assert/strict';
import { readResult, toAttachment } from '../../../src/network/plugin-result.ts';

describe('network/plugin-result', () => {
  const cases: readonly [string, unknown, ReturnType<typeof readResult>][] = [
    [
      'a routed pod',
      {
        interfaces: [
          { name: 'veth1', mac: 'aa' },
          { name: 'eth0', mac: 'bb', sandbox: '/run/netns/x' },
        ],
        ips: [{ interface: 1, address: '10.86.0.5/16', gateway: '10.86.0.1' }],
      },
      {
        addresses: ['10.86.0.5/16'],
        gateway: '10.86.0.1',
        mac: 'bb',
        hostInterfaces: [{ name: 'veth1', mac: 'aa' }],
      },
    ],
    [
      'addresses of other interfaces, which are left out',
      {
        interfaces: [{ name: 'br0' }, { name: 'eth0', sandbox: 'x' }, { name: 'tun0', sandbox: 'x' }],
        ips: [
          { interface: 2, address: '10.9.0.1/24' },
          { interface: 1, address: 'fd00::5/64' },
          { address: '10.1.0.5/24' },
        ],
      },
      { addresses: ['fd00::5/64', '10.1.0.5/24'], hostInterfaces: [{ name: 'br0' }] },
    ],
    [
      'a result of specification 0.2.0',
      { ip4: { ip: '10.1.0.5/24', gateway: '10.1.0.1' }, ip6: { ip: 'fd00::5/64' } },
      { addresses: ['10.1.0.5/24', 'fd00::5/64'], gateway: '10.1.0.1', hostInterfaces: [] },
    ],
    [
      'names that would break out of a firewall rule, which are left out',
      { interfaces: [{ name: 'a" } ; flush' }, { name: 'averyveryverylongname' }, { name: '' }], ips: [] },
      { addresses: [], hostInterfaces: [] },
    ],
    ['nothing', undefined, { addresses: [], hostInterfaces: [] }],
    ['nonsense', { ips: 'x', interfaces: [1, null] }, { addresses: [], hostInterfaces: [] }],
  ];
  for (const [name, result, expected] of cases) {
    it(`reads ${name}`, () => assert.deepEqual(readResult(result, 'eth0'), expected));
  }

  it('becomes what the pod knows of its network', () =>
    assert.deepEqual(
      toAttachment(
        { addresses: ['10.86.0.5/16'], gateway: '10.86.0.1', hostInterfaces: [] },
        { network: 'pod', interface: 'eth0' },
      ),
      { network: 'pod', interface: 'eth0', addresses: ['10.86.0.5/16'], gateway: '10.86.0.1' },
    ));
});
