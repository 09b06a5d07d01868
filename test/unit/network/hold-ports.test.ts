import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { PortMapping } from '../../../src/contracts/network.ts';
import { NetworkError } from '../../../src/errors/network-error.ts';
import type { AttachmentRecord } from '../../../src/network/attachment-records.ts';
import { checkPorts, conflictingPod, holdPorts } from '../../../src/network/hold-ports.ts';

const holder: AttachmentRecord = {
  format: 1,
  podId: 'abc',
  namespace: 'shop',
  podName: 'web',
  netns: '/run/netns/web',
  ports: [
    { hostIP: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
    { hostIP: '127.0.0.1', hostPort: 5353, containerPort: 53, protocol: 'udp' },
  ],
  published: true,
  attachments: [],
};

function refused(code: NetworkError['code'], pattern: RegExp) {
  return (error: unknown) =>
    error instanceof NetworkError && error.code === code && pattern.test(error.message);
}

describe('network/hold-ports', () => {
  const conflicts: readonly [string, string, 'tcp' | 'udp', number, boolean][] = [
    ['the same address', '127.0.0.1', 'udp', 5353, true],
    ['all addresses beside one', '0.0.0.0', 'udp', 5353, true],
    ['one address beside all', '192.0.2.1', 'tcp', 8080, true],
    ['another address', '192.0.2.1', 'udp', 5353, false],
    ['another protocol (C72)', '127.0.0.1', 'tcp', 5353, false],
    ['another port', '127.0.0.1', 'udp', 5354, false],
  ];
  for (const [name, hostIP, protocol, hostPort, expected] of conflicts) {
    it(`${name} ${expected ? 'is' : 'is no'} conflict`, () =>
      assert.equal(
        conflictingPod({ hostIP, protocol, hostPort, containerPort: 1 }, [holder]) !== undefined,
        expected,
      ));
  }

  describe('a port of this host', () => {
    const server = createServer();
    let used: PortMapping;

    before(async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.listen(0, '127.0.0.1', resolve);
      await promise;
      const address = server.address();
      const hostPort = typeof address === 'object' && address !== null ? address.port : 0;
      used = { hostIP: '127.0.0.1', hostPort, containerPort: 80, protocol: 'tcp' };
    });

    after(() => server.close());

    it('that a process has is refused, naming the process', () => {
      for (const hostIP of ['127.0.0.1', '0.0.0.0']) {
        assert.throws(
          () => holdPorts([{ ...used, hostIP }], () => []),
          refused('PORT_IN_USE', new RegExp(`\\(process ${process.pid}\\)`)),
        );
      }
    });

    it('that a pod has is refused, naming the pod', () => {
      const records = [{ ...holder, ports: [used] }];
      assert.throws(() => holdPorts([used], () => records), refused('PORT_IN_USE', /shop\/web/));
    });

    it('is free for another protocol, held until let go, and let go when another port fails', () => {
      const udp = { ...used, protocol: 'udp' } as const;
      const held = holdPorts([udp], () => []);
      assert.equal(held.descriptors.length, 1);
      assert.throws(() => holdPorts([udp], () => []), refused('PORT_IN_USE', /./));
      held[Symbol.dispose]();
      assert.throws(() => holdPorts([udp, used], () => []), refused('PORT_IN_USE', /./));
      holdPorts([udp], () => [])[Symbol.dispose]();
    });

    it('on an address that the host does not have is refused', () =>
      assert.throws(
        () => holdPorts([{ ...used, hostIP: '203.0.113.77' }], () => []),
        refused('ADDRESS_UNAVAILABLE', /203\.0\.113\.77/),
      ));
  });

  it('refuses what the kernel or the network cannot carry', () => {
    const port = { hostIP: '0.0.0.0', hostPort: 1, containerPort: 1, protocol: 'sctp' } as const;
    checkPorts([port], { sctp: true });
    assert.throws(() => checkPorts([port], { sctp: false }), refused('PROTOCOL_UNSUPPORTED', /SCTP/));
    assert.throws(
      () => checkPorts([{ ...port, hostIP: '::1', protocol: 'tcp' }], { sctp: true }),
      refused('PROTOCOL_UNSUPPORTED', /IPv6/),
    );
  });
});
