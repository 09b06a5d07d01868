import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pathSegment } from '../../../src/values/path-segment.ts';

describe('pathSegment', () => {
  const cases: readonly [name: string, segment: string][] = [
    ['web', 'web'],
    ['a.b-c_d', 'a.b-c_d'],
    ['.hidden', '%2Ehidden'],
    ['..', '%2E.'],
    ['_cluster', '%5Fcluster'],
    ['a/b', 'a%2Fb'],
    ['a%2Fb', 'a%252Fb'],
    ['é', '%C3%A9'],
    ['x'.repeat(200), 'x'.repeat(200)],
  ];
  for (const [name, segment] of cases) {
    it(`writes ${name.slice(0, 20)} as ${segment.slice(0, 20)}`, () => {
      assert.equal(pathSegment(name), segment);
    });
  }

  it('gives every name one segment of its own, of at most 200 bytes', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 150, maxLength: 300 }));
    fc.assert(
      fc.property(name, name, (one, other) => {
        const segment = pathSegment(one);
        assert.match(segment, /^[A-Za-z0-9%~-][A-Za-z0-9%~._-]*$/);
        assert.ok(segment.length <= 200);
        assert.equal(segment === pathSegment(other), Buffer.from(one).equals(Buffer.from(other)));
      }),
    );
  });
});
