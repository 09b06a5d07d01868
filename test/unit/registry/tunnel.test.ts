import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TunnelAgent } from '../../../src/registry/tunnel.ts';

describe('a tunnel', () => {
  it('is given up where the proxy accepts the connection and says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const proxy = new URL(`http://127.0.0.1:${port}`);
    const agent = new TunnelAgent({ proxy, tls: {}, keepAlive: false, patience: 50 });
    try {
      const outgoing = request({ host: 'registry.test', agent }).end();
      const [error] = await once(outgoing, 'error');
      assert.equal(error.code, 'ETIMEDOUT');
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});
