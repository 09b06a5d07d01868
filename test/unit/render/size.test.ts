import assert from 'node:assert/strict';
import { humanSize } from '../../../src/render/size.ts';

describe('humanSize', () => {
  const table: readonly [bytes: number, expected: string][] = [
    [0, '0 B'],
    [532, '532 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [4_493_313, '4.49 MB'],
    [77_800_000, '77.8 MB'],
    [1_234_000_000, '1.23 GB'],
    [5e18, '5 EB'],
    [5e21, '5000 EB'],
  ];
  for (const [bytes, expected] of table) it(expected, () => assert.equal(humanSize(bytes), expected));
});
