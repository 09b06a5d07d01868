import assert from 'node:assert/strict';
import { formatDigest, isDigest, parseDigest } from '../../../src/values/digest.ts';

const sha256 = `sha256:${'0a'.repeat(32)}`;
const sha512 = `sha512:${'f1'.repeat(64)}`;

describe('values/digest', () => {
  for (const text of [sha256, sha512]) {
    it(`reads and prints ${text.slice(0, 12)}`, () => {
      assert.equal(formatDigest(parseDigest(text)), text);
      assert.equal(isDigest(text), true);
    });
  }

  const refused = [
    '',
    'sha256:',
    sha256.slice(0, -1),
    `${sha256}0`,
    sha256.toUpperCase(),
    sha256.replace('0a', 'zz'),
    `md5:${'0a'.repeat(16)}`,
    `sha512:${'0a'.repeat(32)}`,
    `${sha256}\n`,
    `__proto__:${'0a'.repeat(32)}`,
    `${sha256}:`,
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseDigest(text), { name: 'ValueError', code: 'BAD_DIGEST' });
      assert.equal(isDigest(text), false);
    });
  }
});
