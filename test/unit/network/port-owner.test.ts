import assert from 'node:assert/strict';
import { socketInodes } from '../../../src/network/port-owner.ts';

describe('network/port-owner', () => {
  it('finds sockets that listen on a port', () => {
    const line = (local: string, state: string, inode: string) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1`;
    const table = [
      '  sl  local_address rem_address',
      line('0100007F:1F90', '0A', '111'),
      line('00000000:1F90', '01', '222'),
      line('00000000:1F91', '0A', '333'),
      '',
    ].join('\n');
    assert.deepEqual(socketInodes(table, { protocol: 'tcp', port: 8080 }), ['111']);
    assert.deepEqual(socketInodes(table, { protocol: 'udp', port: 8080 }), ['111', '222']);
  });
});
