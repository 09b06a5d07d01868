import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ValueError } from '../../../src/errors/value-error.ts';
import { formatQuantity, milliUnits, parseQuantity, wholeUnits } from '../../../src/values/quantity.ts';

describe('quantity', () => {
  for (const [text, milli, whole, canonical] of [
    ['0', 0n, 0n, '0'],
    ['1', 1000n, 1n, '1'],
    ['0.5', 500n, 1n, '500m'],
    ['.5', 500n, 1n, '500m'],
    ['1.', 1000n, 1n, '1'],
    ['300m', 300n, 1n, '300m'],
    ['1000m', 1000n, 1n, '1'],
    ['1u', 1n, 1n, '1u'],
    ['100n', 1n, 1n, '100n'],
    ['0.1n', 1n, 1n, '1n'],
    ['64Mi', 67108864000n, 67108864n, '64Mi'],
    ['1.5Gi', 1610612736000n, 1610612736n, '1536Mi'],
    ['512Ki', 524288000n, 524288n, '512Ki'],
    ['1024Ki', 1048576000n, 1048576n, '1Mi'],
    ['0.5Ki', 512000n, 512n, '512'],
    ['1k', 1000000n, 1000n, '1k'],
    ['1e3', 1000000n, 1000n, '1e3'],
    ['12E0', 12000n, 12n, '12'],
    ['1E', 10n ** 21n, 10n ** 18n, '1E'],
    ['+2', 2000n, 2n, '2'],
    ['-1.5', -1500n, -1n, '-1500m'],
    [2, 2000n, 2n, '2'],
    [0.5, 500n, 1n, '500m'],
  ] as const) {
    it(`reads ${text}`, () => {
      const quantity = parseQuantity(text);
      assert.deepEqual(
        [milliUnits(quantity), wholeUnits(quantity), formatQuantity(quantity)],
        [milli, whole, canonical],
      );
    });
  }

  for (const text of ['', '.', 'm', '1 Gi', '1GB', '1gi', '0x10', 'NaN', '1e', '--1', '1mi', '1,5']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseQuantity(text),
        (error: unknown) => error instanceof ValueError && error.code === 'BAD_QUANTITY',
      );
    });
  }

  it('cuts what is too large for Kubernetes', () => {
    assert.equal(wholeUnits(parseQuantity('100E')), 2n ** 63n - 1n);
  });

  it('prints what parses to the same amount', () => {
    const suffix = fc.constantFrom('n', 'u', 'm', '', 'k', 'M', 'Ki', 'Mi', 'Gi', 'e3', 'e-3');
    fc.assert(
      fc.property(fc.nat(), suffix, (number, unit) => {
        const quantity = parseQuantity(`${number}${unit}`);
        assert.equal(parseQuantity(formatQuantity(quantity)).nano, quantity.nano);
      }),
    );
  });
});
