import { deepEqual } from 'node:assert/strict';
import { IPv4Range } from '../../../src/network/ipv4-range.ts';
import { interfacesWith } from '../../../src/network/leftovers.ts';

describe("the host's ends of pods", () => {
  it('are the interfaces with the very address of the gateway', () => {
    const listed = [
      {},
      { ifname: 'veth1', addr_info: [{ local: '10.86.0.1', prefixlen: 32 }] },
      { ifname: 'other', addr_info: [{ local: '10.86.0.10', prefixlen: 16 }] },
      { ifname: 'bare', addr_info: [] },
    ];
    deepEqual(interfacesWith(new IPv4Range(0x0a560001, 32), listed), ['veth1']);
  });
});
