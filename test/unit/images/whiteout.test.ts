import assert from 'node:assert/strict';
import { parseWhiteout } from '../../../src/images/whiteout.ts';

describe('parseWhiteout', () => {
  const cases = [
    ['file', undefined],
    ['.wh', undefined],
    ['x.wh.file', undefined],
    ['.wh.file', { type: 'removed', name: 'file' }],
    ['.wh..hidden', { type: 'removed', name: '.hidden' }],
    ['.wh..wh..opq', { type: 'opaque' }],
    ['.wh..wh.plnk', { type: 'bookkeeping' }],
    ['.wh..wh.aufs', { type: 'bookkeeping' }],
  ] as const;
  for (const [name, expected] of cases) {
    it(name, () => assert.deepEqual(parseWhiteout(name), expected));
  }
});
