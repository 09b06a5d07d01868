import assert from 'node:assert/strict';
import { parseRoutes } from '../../../src/network/host-routes.ts';

describe('network/host-routes', () => {
  it('reads the table of the kernel, and which ranges are routed to nowhere', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      '*\t0000560A\t00000000\t0200\t0\t0\t0\t0000FFFF\t0\t0\t0',
      'veth1\t0500560A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0',
      '',
    ].join('\n');
    assert.deepEqual(parseRoutes(table), [
      { range: '0.0.0.0/0', rejects: false },
      { range: '10.86.0.0/16', rejects: true },
      { range: '10.86.0.5/32', rejects: false },
    ]);
  });
});
