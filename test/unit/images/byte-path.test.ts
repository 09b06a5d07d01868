import assert from 'node:assert/strict';
import { bytePath, within } from '../../../src/images/byte-path.ts';

describe('within', () => {
  const cases = [
    ['a/b', 'a/b'],
    ['./a', 'a'],
    ['/a', 'a'],
    ['a/', 'a'],
    ['a//b', 'a/b'],
    ['a/./b', 'a/b'],
    ['a/../b', 'b'],
    ['../a', 'a'],
    ['../../../a/../../b', 'b'],
    ['a/..', ''],
    ['./', ''],
    ['/', ''],
    ['..a/b..', '..a/b..'],
    ['...', '...'],
  ] as const;
  for (const [name, expected] of cases) it(JSON.stringify(name), () => assert.equal(within(name), expected));
});

describe('bytePath', () => {
  it('is text where it is ASCII, else bytes', () => {
    assert.equal(bytePath('a/b'), 'a/b');
    assert.deepEqual(bytePath('\xff'), Buffer.from([0xff]));
  });
});
