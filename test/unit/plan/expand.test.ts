import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expand } from '../../../src/plan/expand.ts';

describe('expanding references', () => {
  const variables = new Map([
    ['A', '1'],
    ['B', '$(A)'],
    ['A B', '2'],
    ['', 'empty'],
  ]);
  for (const [text, expected] of [
    ['$(A)', '1'],
    ['x$(A)y$(A)', 'x1y1'],
    ['$(B)', '$(A)'],
    ['$(A B)', '2'],
    ['$()', 'empty'],
    ['$$', '$'],
    ['$$$$', '$$'],
    ['$$$(A)', '$1'],
    ['$A', '$A'],
    ['$', '$'],
    ['100$', '100$'],
    ['$(A', '$(A'],
    ['$(A$(B)', '$(A$(B)'],
    ['$(toString)', '$(toString)'],
    ['$((A))', '$((A))'],
  ] as const) {
    it(`${text} is ${expected}`, () => assert.equal(expand(text, variables), expected));
  }

  it('leaves what has no dollar alone, and undoes doubling', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(expand(text.replaceAll('$', '$$$$'), variables), text);
      }),
    );
  });
});
