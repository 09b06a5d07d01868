import { SystemError } from '../errors/system-error.ts';
import { native, READABLE, SOCKET_TYPE, WRITABLE } from './native.ts';
import { Readiness } from './readiness.ts';

/**
 * A connection that keeps packets apart (SOCK_SEQPACKET), as conmon's attach socket does. Only a pending read or
 * write keeps the process alive.
 */
export class PacketSocket implements Disposable {
  readonly #descriptor: number;
  readonly #readiness: Readiness;
  readonly #buffer: Buffer;
  #closed = false;

  /** Connects at once. Throws SystemError ENOENT, ECONNREFUSED, EAGAIN (the listener's queue is full). */
  constructor(path: string, options?: { readonly largestPacket?: number }) {
    this.#buffer = Buffer.allocUnsafe(options?.largestPacket ?? 64 * 1024);
    this.#descriptor = native().connectUnix(path, SOCKET_TYPE.packet);
    this.#readiness = new Readiness(this.#descriptor);
  }

  /** The next packet, undefined when the other side has closed. What exceeds `largestPacket` of it is lost. */
  async read(signal?: AbortSignal): Promise<Buffer | undefined> {
    for (;;) {
      this.#requireOpen();
      const count = this.#readCount();
      if (count === 0) return undefined;
      if (count > 0) return Buffer.from(this.#buffer.subarray(0, count));
      await this.#readiness.wait(READABLE, signal);
    }
  }

  /** Sends one packet. Throws SystemError EPIPE when the other side has closed, EMSGSIZE when it is too large. */
  async write(packet: Uint8Array, signal?: AbortSignal): Promise<void> {
    for (;;) {
      this.#requireOpen();
      if (native().write(this.#descriptor, packet) >= 0) return;
      await this.#readiness.wait(WRITABLE, signal);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (let packet = await this.read(); packet !== undefined; packet = await this.read()) yield packet;
  }

  /** Pending reads and writes reject with SystemError ECANCELED. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#readiness[Symbol.dispose]();
    native().close(this.#descriptor);
  }

  #readCount(): number {
    try {
      return native().read(this.#descriptor, this.#buffer);
    } catch (error) {
      // The other side closed with packets of ours unread.
      if (error instanceof SystemError && error.errno === 'ECONNRESET') return 0;
      throw error;
    }
  }

  #requireOpen(): void {
    if (this.#closed) throw new SystemError({ errno: 'ECANCELED', syscall: 'read' });
  }
}
