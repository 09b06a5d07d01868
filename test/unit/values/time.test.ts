import assert from 'node:assert/strict';
import { parseTime } from '../../../src/values/time.ts';

const now = new Date('2026-01-31T12:00:00Z');
const past = { now, relative: 'past' } as const;

describe('values/time', () => {
  const cases: readonly (readonly [text: string, iso: string])[] = [
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456789Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00.5+02:00', '2026-01-31T10:00:00.500Z'],
    ['2026-01-31T12:00:00-05:30', '2026-01-31T17:30:00.000Z'],
    ['2026-01-31Z', '2026-01-31T00:00:00.000Z'],
    ['1767225600', '2026-01-01T00:00:00.000Z'],
    ['1767225600.25', '2026-01-01T00:00:00.250Z'],
    ['10m', '2026-01-31T11:50:00.000Z'],
    ['1h30m', '2026-01-31T10:30:00.000Z'],
    ['-10m', '2026-01-31T12:10:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ];
  for (const [text, iso] of cases) {
    it(text, () => assert.equal(parseTime(text, past).toISOString(), iso));
  }

  it('takes a stamp without a zone as local time', () => {
    assert.deepEqual(parseTime('2026-03-04T05:06:07', past), new Date(2026, 2, 4, 5, 6, 7));
    assert.deepEqual(parseTime('2026-03-04 05:06', past), new Date(2026, 2, 4, 5, 6));
    assert.deepEqual(parseTime('2026-03-04', past), new Date(2026, 2, 4));
  });

  it('looks ahead for --until', () => {
    assert.equal(parseTime('10m', { now, relative: 'future' }).toISOString(), '2026-01-31T12:10:00.000Z');
  });

  const refused = [
    '',
    'now',
    '2026-13-01',
    '2026-02-29',
    '2026-01-32',
    '2026-01-31T24:00',
    '2026-1-1',
    '99999999999999999',
    '12:00',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseTime(text, past), { name: 'ValueError', code: 'BAD_TIME' });
    });
  }
});
