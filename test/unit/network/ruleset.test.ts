import assert from 'node:assert/strict';
import type { AttachmentRecord } from '../../../src/network/attachment-records.ts';
import { defaultNetwork } from '../../../src/network/default-network.ts';
import { addScript, allElements, elementsOf, removeScript, tableName } from '../../../src/network/ruleset.ts';

const ports = [
  { hostIP: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
  { hostIP: '127.0.0.1', hostPort: 5353, containerPort: 53, protocol: 'udp' },
] as const;

function record(changes: Partial<AttachmentRecord> = {}): AttachmentRecord {
  return {
    format: 1,
    podId: 'abc',
    namespace: 'default',
    podName: 'web',
    netns: '/run/netns/web',
    ports,
    published: true,
    attachments: [
      {
        network: defaultNetwork({ name: 'pod', pods: '10.86.0.0/16', folder: '/state' }),
        version: '1.0.0',
        interface: 'eth0',
        portMappings: ports,
        routed: true,
        result: {
          interfaces: [{ name: 'veth1' }, { name: 'eth0', sandbox: 'x' }],
          ips: [{ interface: 1, address: '10.86.0.5/16' }],
        },
      },
    ],
    ...changes,
  };
}

describe('network/ruleset', () => {
  it('puts interface, address and ports of a published pod into the table', () => {
    assert.deepEqual(elementsOf(record()), {
      interfaces: ['veth1'],
      addresses: ['10.86.0.5'],
      ports: ports.map((port) => ({ ...port, address: '10.86.0.5' })),
    });
    assert.equal(
      addScript('pod', elementsOf(record())),
      [
        'add element inet pod interfaces { "veth1" }',
        'add element inet pod hairpin { 10.86.0.5 . 10.86.0.5 }',
        'add element inet pod ports { tcp . 8080 : 10.86.0.5 . 80 }',
        'add element inet pod addressed_ports { 127.0.0.1 . udp . 5353 : 10.86.0.5 . 53 }',
        '',
      ].join('\n'),
    );
  });

  const empty: readonly [string, Partial<AttachmentRecord>][] = [
    ['is not published', { published: false }],
    ['has no networks', { attachments: [] }],
    ['has no result yet', { attachments: record().attachments.map(({ result: _, ...rest }) => rest) }],
    [
      'is on a network of its own',
      { attachments: record().attachments.map((each) => ({ ...each, routed: false })) },
    ],
  ];
  for (const [name, changes] of empty) {
    it(`puts nothing in for a pod that ${name}`, () =>
      assert.equal(addScript('pod', allElements([record(changes)])), ''));
  }

  it('removes what it added, whether it is there or not', () => {
    const lines = removeScript('pod', elementsOf(record())).split('\n');
    assert.deepEqual(
      lines.slice(4, 8),
      lines.slice(0, 4).map((line) => line.replace('add', 'delete')),
    );
  });

  it('names the table after the store', () => {
    assert.equal(tableName(undefined), 'pod');
    assert.equal(tableName('0a1b2c3d'), 'pod_0a1b2c3d');
  });
});
