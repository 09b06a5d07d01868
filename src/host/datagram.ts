import { native, READABLE, SOCKET_TYPE, WRITABLE } from './native.ts';
import { Readiness } from './readiness.ts';

/**
 * Sends one datagram to a socket in the file system, waiting while the receiver's queue is full. Throws SystemError
 * ENOENT or ECONNREFUSED where nobody listens.
 */
export async function sendDatagram(path: string, datagram: Uint8Array, signal?: AbortSignal): Promise<void> {
  const descriptor = native().connectUnix(path, SOCKET_TYPE.datagram);
  try {
    using readiness = new Readiness(descriptor);
    while (native().write(descriptor, datagram) < 0) await readiness.wait(WRITABLE, signal);
  } finally {
    native().close(descriptor);
  }
}

/**
 * Yields datagrams sent to `path` until the signal aborts. The socket's file must not exist yet and stays behind;
 * a datagram that is longer than 64 KiB is cut.
 */
export async function* receiveDatagrams(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const descriptor = native().bindUnix(path, SOCKET_TYPE.datagram);
  const buffer = Buffer.allocUnsafe(64 * 1024);
  try {
    using readiness = new Readiness(descriptor);
    while (!signal.aborted) {
      const count = native().read(descriptor, buffer);
      if (count >= 0) yield Buffer.from(buffer.subarray(0, count));
      else await readiness.wait(READABLE, signal).catch(ignoreAbort(signal));
    }
  } finally {
    native().close(descriptor);
  }
}

function ignoreAbort(signal: AbortSignal): (reason: unknown) => void {
  return (reason) => {
    if (!signal.aborted) throw reason;
  };
}
