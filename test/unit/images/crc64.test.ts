import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Crc64 } from '../../../src/images/crc64.ts';

function crc(...parts: readonly Buffer[]): string {
  const sum = new Crc64();
  for (const part of parts) sum.update(part);
  return sum.digest().toString('hex');
}

/** Bit by bit, from the definition. */
function reference(bytes: Buffer): string {
  let value = 0xffff_ffff_ffff_ffffn;
  for (const byte of bytes) {
    value ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++)
      value = (value >> 1n) ^ ((value & 1n) === 1n ? 0xd800_0000_0000_0000n : 0n);
  }
  return (value ^ 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
}

describe('Crc64', () => {
  it('gives the check value of CRC-64/GO-ISO', () => {
    assert.equal(crc(Buffer.from('123456789')), 'b90956c775a41001');
    assert.equal(crc(), '0000000000000000');
  });

  it('agrees with the definition, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (array, cut) => {
        const bytes = Buffer.from(array);
        assert.equal(crc(bytes), reference(bytes));
        assert.equal(crc(bytes.subarray(0, cut), bytes.subarray(cut)), reference(bytes));
      }),
    );
  });
});
