import { native } from '../host/native.ts';

/** CRC-64/ISO as Go's hash/crc64 computes it, which tar-split files carry. */
export class Crc64 {
  readonly #checksum = Buffer.alloc(8);

  update(bytes: Uint8Array): void {
    native().crc64(this.#checksum, bytes);
  }

  /** The checksum so far: 8 bytes, the highest first. */
  digest(): Buffer {
    return Buffer.from(this.#checksum);
  }
}
