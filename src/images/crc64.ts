/** The reversed ISO 3309 polynomial, high half; the low half is zero. */
const polynomial = 0xd8000000;

/** Eight tables of 256 entries: entry `t * 256 + b` is the checksum of byte `b` followed by `t` zero bytes. */
const high = new Uint32Array(2048);
const low = new Uint32Array(2048);

for (let byte = 0; byte < 256; byte++) {
  let [h, l] = [0, byte];
  for (let bit = 0; bit < 8; bit++) {
    const carry = l & 1;
    l = ((l >>> 1) | (h << 31)) >>> 0;
    h = (h >>> 1) ^ (carry === 1 ? polynomial : 0);
  }
  high[byte] = h;
  low[byte] = l;
}
for (let index = 256; index < 2048; index++) {
  const [h, l] = [high[index - 256] ?? 0, low[index - 256] ?? 0];
  const byte = l & 0xff;
  high[index] = (h >>> 8) ^ (high[byte] ?? 0);
  low[index] = ((l >>> 8) | (h << 24)) ^ (low[byte] ?? 0);
}

/**
 * CRC-64/ISO as Go's hash/crc64 computes it, which tar-split files carry. Eight bytes a step, in two 32-bit halves,
 * since BigInt would be twenty times slower.
 */
export class Crc64 {
  #high = -1;
  #low = -1;

  update(bytes: Buffer): void {
    let h = this.#high;
    let l = this.#low;
    let at = 0;
    for (const end = bytes.length - 7; at < end; at += 8) {
      l ^=
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      h ^=
        (bytes[at + 4] as number) |
        ((bytes[at + 5] as number) << 8) |
        ((bytes[at + 6] as number) << 16) |
        ((bytes[at + 7] as number) << 24);
      const a = 1792 + (l & 255);
      const b = 1536 + ((l >>> 8) & 255);
      const c = 1280 + ((l >>> 16) & 255);
      const d = 1024 + (l >>> 24);
      const e = 768 + (h & 255);
      const f = 512 + ((h >>> 8) & 255);
      const g = 256 + ((h >>> 16) & 255);
      const i = h >>> 24;
      h =
        (high[a] as number) ^
        (high[b] as number) ^
        (high[c] as number) ^
        (high[d] as number) ^
        (high[e] as number) ^
        (high[f] as number) ^
        (high[g] as number) ^
        (high[i] as number);
      l =
        (low[a] as number) ^
        (low[b] as number) ^
        (low[c] as number) ^
        (low[d] as number) ^
        (low[e] as number) ^
        (low[f] as number) ^
        (low[g] as number) ^
        (low[i] as number);
    }
    for (; at < bytes.length; at++) {
      const index = (l ^ (bytes[at] as number)) & 255;
      l = ((l >>> 8) | (h << 24)) ^ (low[index] as number);
      h = (h >>> 8) ^ (high[index] as number);
    }
    this.#high = h;
    this.#low = l;
  }

  /** The checksum so far: 8 bytes, the highest first. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(~this.#high >>> 0, 0);
    bytes.writeUInt32BE(~this.#low >>> 0, 4);
    return bytes;
  }
}
