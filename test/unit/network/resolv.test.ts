import assert from 'node:assert/strict';
import { parseResolv, type ResolvParts, resolvFile } from '../../../src/network/resolv.ts';

const host = 'nameserver 192.0.2.1\nsearch home.test\noptions timeout:1\n';
const stub = '# stub\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n';
const upstream = 'nameserver 192.0.2.7\nnameserver 192.0.2.8\nsearch .\n';

function resolver(parts: Partial<ResolvParts>) {
  const { text, warnings } = resolvFile({ hostNetwork: false, hostFile: host, ...parts });
  return { ...parseResolv(text), warnings: warnings.length };
}

describe('network/resolv', () => {
  const cases: readonly {
    name: string;
    parts: Partial<ResolvParts>;
    is: { nameservers: string[]; searches?: string[]; options?: string[]; warnings?: number };
  }[] = [
    {
      name: 'Default passes the servers of the host on',
      parts: { policy: 'Default' },
      is: { nameservers: ['192.0.2.1'], searches: ['home.test'], options: ['timeout:1'] },
    },
    {
      name: 'ClusterFirst without a resolver of the network means Default',
      parts: {},
      is: { nameservers: ['192.0.2.1'], searches: ['home.test'], options: ['timeout:1'] },
    },
    {
      name: 'ClusterFirst uses the resolver of the network',
      parts: { cluster: { nameservers: ['10.87.0.10'], searches: ['svc.test'], options: ['ndots:5'] } },
      is: { nameservers: ['10.87.0.10'], searches: ['svc.test'], options: ['ndots:5'] },
    },
    {
      name: "ClusterFirst on the host's network means Default",
      parts: { hostNetwork: true, cluster: { nameservers: ['10.87.0.10'], searches: [], options: [] } },
      is: { nameservers: ['192.0.2.1'], searches: ['home.test'], options: ['timeout:1'] },
    },
    {
      name: "ClusterFirstWithHostNet uses the network's resolver on the host's network",
      parts: {
        policy: 'ClusterFirstWithHostNet',
        hostNetwork: true,
        cluster: { nameservers: ['10.87.0.10'], searches: [], options: [] },
      },
      is: { nameservers: ['10.87.0.10'] },
    },
    {
      name: 'C76: None has only what dnsConfig says',
      parts: {
        policy: 'None',
        config: {
          nameservers: ['192.0.2.53'],
          searches: ['a.test', 'b.test'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
        },
      },
      is: { nameservers: ['192.0.2.53'], searches: ['a.test', 'b.test'], options: ['ndots:2', 'edns0'] },
    },
    {
      name: 'dnsConfig adds servers and searches once, and replaces options by name',
      parts: {
        policy: 'Default',
        config: {
          nameservers: ['192.0.2.1', '192.0.2.2'],
          searches: ['home.test', 's.test'],
          options: [{ name: 'timeout', value: '3' }],
        },
      },
      is: {
        nameservers: ['192.0.2.1', '192.0.2.2'],
        searches: ['home.test', 's.test'],
        options: ['timeout:3'],
      },
    },
    {
      name: 'a loopback stub gives way to the servers behind it',
      parts: { hostFile: stub, upstreamFile: upstream },
      is: { nameservers: ['192.0.2.7', '192.0.2.8'], options: ['edns0', 'trust-ad'] },
    },
    {
      name: 'a loopback stub beside a real server is left out',
      parts: { hostFile: 'nameserver 127.0.0.1\nnameserver 192.0.2.9\nnameserver ::1\n' },
      is: { nameservers: ['192.0.2.9'] },
    },
    {
      name: "a pod on the host's network keeps the stub",
      parts: { hostFile: stub, upstreamFile: upstream, hostNetwork: true },
      is: { nameservers: ['127.0.0.53'], options: ['edns0', 'trust-ad'] },
    },
    {
      name: 'only unreachable servers are a warning',
      parts: { hostFile: stub },
      is: { nameservers: [], options: ['edns0', 'trust-ad'], warnings: 1 },
    },
    {
      name: 'more than three servers are cut with a warning',
      parts: { policy: 'Default', config: { nameservers: ['192.0.2.2', '192.0.2.3', '192.0.2.4'] } },
      is: {
        nameservers: ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
        searches: ['home.test'],
        options: ['timeout:1'],
        warnings: 1,
      },
    },
    {
      name: 'more than 32 search domains are cut with a warning',
      parts: {
        policy: 'None',
        config: { nameservers: ['192.0.2.2'], searches: Array.from({ length: 40 }, (_, n) => `d${n}.test`) },
      },
      is: {
        nameservers: ['192.0.2.2'],
        searches: Array.from({ length: 32 }, (_, n) => `d${n}.test`),
        warnings: 1,
      },
    },
    { name: 'no file at all gives an empty one', parts: { hostFile: '' }, is: { nameservers: [] } },
  ];
  for (const { name, parts, is } of cases) {
    it(name, () => assert.deepEqual(resolver(parts), { searches: [], options: [], warnings: 0, ...is }));
  }

  it('reads comments, domain and repeated lines as resolv.conf(5) tells', () => {
    assert.deepEqual(
      parseResolv(
        '; x\ndomain a.test\nnameserver 192.0.2.1 # one\nnameserver 192.0.2.1\noptions a\noptions b:1\n',
      ),
      { nameservers: ['192.0.2.1'], searches: ['a.test'], options: ['a', 'b:1'] },
    );
  });
});
