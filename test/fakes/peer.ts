import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { answerLines } from './line-process.ts';

/** A process that serves and asks over TCP and UDP. A server answers with its name and the address that asks. */
interface Place {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

const [, , name = ''] = process.argv;

async function serve({ protocol, address, port }: Place): Promise<void> {
  if (protocol === 'tcp') {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(`${name} ${socket.remoteAddress}`);
    });
    server.listen(port, address);
    await once(server, 'listening');
    return;
  }
  const socket = createSocket('udp4');
  socket.on('message', (_, from) => socket.send(`${name} ${from.address}`, from.port, from.address));
  socket.bind(port, address);
  await once(socket, 'listening');
}

/** What the server says; `refused`, `unreachable` or `silence` if none does within a second. */
async function ask({ protocol, address, port }: Place): Promise<string> {
  const signal = AbortSignal.timeout(1000);
  try {
    return protocol === 'tcp'
      ? await askTcp({ address, port, signal })
      : await askUdp({ address, port, signal });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (signal.aborted) return 'silence';
    if (code === 'ECONNREFUSED') return 'refused';
    if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'unreachable';
    throw error;
  }
}

interface Question {
  readonly address: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

async function askTcp({ address, port, signal }: Question): Promise<string> {
  const socket = connect({ host: address, port });
  socket.setEncoding('utf8');
  try {
    await once(socket, 'connect', { signal });
    const [answer] = await once(socket, 'data', { signal });
    return String(answer);
  } finally {
    socket.destroy();
  }
}

async function askUdp({ address, port, signal }: Question): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, address);
    await once(socket, 'connect', { signal });
    socket.send('who?');
    const [answer] = await once(socket, 'message', { signal });
    return String(answer);
  } finally {
    socket.close();
  }
}

await answerLines({ serve, ask });
