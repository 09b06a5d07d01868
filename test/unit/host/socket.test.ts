import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemError } from '../../../src/errors/system-error.ts';
import { receiveDatagrams, sendDatagram } from '../../../src/host/datagram.ts';
import { PacketSocket } from '../../../src/host/packet-socket.ts';
import { packetServer } from './socket-server.ts';

const failsWith = (errno: string) => (error: unknown) =>
  error instanceof SystemError && error.errno === errno;

describe('sockets in the file system', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-socket-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** 150 bytes and more, beyond what a socket's address holds. */
  const longFolder = () => {
    const path = join(folder, 'a'.repeat(70), 'b'.repeat(70));
    mkdirSync(path, { recursive: true });
    return path;
  };

  describe('packets', () => {
    const conversations = { 'a short path': () => folder, 'a path too long for an address': longFolder };
    for (const [name, place] of Object.entries(conversations)) {
      it(`keep their bounds over ${name}`, async () => {
        const at = place();
        const server = await packetServer(at, 'attach');
        using socket = new PacketSocket(join(at, 'attach'));
        for (const packet of ['one', 'two', 'x'.repeat(10_000)]) {
          await socket.write(Buffer.from(packet));
          assert.equal(String(await socket.read()), packet.toUpperCase());
        }
        await socket.write(Buffer.from('three'));
        await socket.write(Buffer.from('four'));
        await socket.write(Buffer.from('bye'));
        const rest: string[] = [];
        for await (const packet of socket) rest.push(String(packet));
        assert.deepEqual(rest, ['THREE', 'FOUR']);
        await exitOf(server);
        await assert.rejects(socket.write(Buffer.from('x')), failsWith('EPIPE'));
      });
    }

    it('more than the queue holds wait for the reader', async () => {
      const server = await packetServer(folder, 'attach');
      using socket = new PacketSocket(join(folder, 'attach'));
      const packet = Buffer.alloc(8000, 0x61);
      const reading = (async () => {
        for (let count = 0; count < 500; count++) assert.equal((await socket.read())?.length, packet.length);
      })();
      for (let count = 0; count < 500; count++) await socket.write(packet);
      await reading;
      await socket.write(Buffer.from('bye'));
      await exitOf(server);
    });

    it('a pending read ends by signal and by disposal', async () => {
      const server = await packetServer(folder, 'attach');
      const socket = new PacketSocket(join(folder, 'attach'));
      const reason = new Error('enough');
      const controller = new AbortController();
      const first = socket.read(controller.signal);
      controller.abort(reason);
      await assert.rejects(first, reason);
      const second = socket.read();
      socket[Symbol.dispose]();
      await assert.rejects(second, failsWith('ECANCELED'));
      await assert.rejects(socket.read(), failsWith('ECANCELED'));
      await exitOf(server);
    });

    it('nobody there is an error at once', () => {
      assert.throws(() => new PacketSocket(join(folder, 'none')), failsWith('ENOENT'));
      assert.throws(() => new PacketSocket(join(longFolder(), 'c'.repeat(100))), failsWith('ENAMETOOLONG'));
      assert.throws(() => new PacketSocket(join(folder, 'd'.repeat(100), 'x')), failsWith('ENOENT'));
    });
  });

  describe('datagrams', () => {
    it('arrive whole and in order, over long paths too', async () => {
      const path = join(longFolder(), 'wake');
      const controller = new AbortController();
      const received: string[] = [];
      const receiving = (async () => {
        for await (const datagram of receiveDatagrams(path, controller.signal)) {
          received.push(String(datagram));
          if (received.length === 300) controller.abort();
        }
      })();
      const sent = Array.from({ length: 300 }, (_, index) => `number ${index}`);
      for (const text of sent) await sendDatagram(path, Buffer.from(text));
      await receiving;
      assert.deepEqual(received, sent);
    });

    it('a receiver that nobody writes to ends by its signal', async () => {
      const controller = new AbortController();
      const receiving = all(receiveDatagrams(join(folder, 'wake'), controller.signal));
      setImmediate(() => controller.abort());
      assert.deepEqual(await receiving, []);
    });

    it('nobody there is an error', async () => {
      await assert.rejects(sendDatagram(join(folder, 'none'), Buffer.from('x')), failsWith('ENOENT'));
      await all(receiveDatagrams(join(folder, 'left'), AbortSignal.abort()));
      await assert.rejects(sendDatagram(join(folder, 'left'), Buffer.from('x')), failsWith('ECONNREFUSED'));
    });
  });

  it('leave no descriptor open', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let round = 0; round < 20; round++) {
      assert.throws(() => new PacketSocket(join(folder, 'none')));
      await assert.rejects(sendDatagram(join(folder, 'none'), Buffer.from('x')));
    }
    assert.equal(open(), before);
  });
});

async function all(datagrams: AsyncIterable<Buffer>): Promise<string[]> {
  const texts: string[] = [];
  for await (const datagram of datagrams) texts.push(String(datagram));
  return texts;
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
