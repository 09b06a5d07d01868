import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatDuration,
  humanDuration,
  parseDuration,
  toMilliseconds,
} from '../../../src/values/duration.ts';

describe('values/duration: Go syntax', () => {
  const cases: readonly (readonly [text: string, nanoseconds: bigint, printed: string])[] = [
    ['0', 0n, '0s'],
    ['0s', 0n, '0s'],
    ['1ns', 1n, '1ns'],
    ['1500ns', 1500n, '1.5µs'],
    ['3us', 3000n, '3µs'],
    ['3µs', 3000n, '3µs'],
    ['3μs', 3000n, '3µs'],
    ['20ms', 20_000_000n, '20ms'],
    ['1.5s', 1_500_000_000n, '1.5s'],
    ['.5s', 500_000_000n, '500ms'],
    ['1.s', 1_000_000_000n, '1s'],
    ['90s', 90_000_000_000n, '1m30s'],
    ['1h30m', 5_400_000_000_000n, '1h30m0s'],
    ['1h0.5s', 3_600_500_000_000n, '1h0m0.5s'],
    ['-10m', -600_000_000_000n, '-10m0s'],
    ['+5s', 5_000_000_000n, '5s'],
  ];
  for (const [text, nanoseconds, printed] of cases) {
    it(text, () => {
      assert.equal(parseDuration(text), nanoseconds);
      assert.equal(formatDuration(nanoseconds), printed);
    });
  }

  for (const text of [
    '',
    '-',
    '5',
    '1.5',
    's',
    '.s',
    '1d',
    '1h 5m',
    '1e3s',
    '5 s',
    '1s\n',
    '9999999999h',
    '--1s',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseDuration(text), { name: 'ValueError', code: 'BAD_DURATION' });
    });
  }

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (nanoseconds) => {
        assert.equal(parseDuration(formatDuration(nanoseconds)), nanoseconds);
      }),
    );
  });

  it('rounds up to milliseconds', () => {
    assert.equal(toMilliseconds(1n), 1);
    assert.equal(toMilliseconds(2_000_000n), 2);
    assert.equal(toMilliseconds(0n), 0);
    assert.equal(toMilliseconds(-1_500_000n), -1);
  });
});

describe('values/duration: ages in words', () => {
  const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
  const cases: readonly (readonly [milliseconds: number, words: string])[] = [
    [450, 'Less than a second'],
    [second, '1 second'],
    [59 * second, '59 seconds'],
    [minute, 'About a minute'],
    [3 * minute, '3 minutes'],
    [59 * minute, '59 minutes'],
    [hour, 'About an hour'],
    [47 * hour, '47 hours'],
    [48 * hour, '2 days'],
    [13 * day, '13 days'],
    [14 * day, '2 weeks'],
    [59 * day, '8 weeks'],
    [60 * day, '2 months'],
    [729 * day, '24 months'],
    [730 * day, '2 years'],
  ];
  for (const [milliseconds, words] of cases) {
    it(words, () => assert.equal(humanDuration(milliseconds), words));
  }
});
