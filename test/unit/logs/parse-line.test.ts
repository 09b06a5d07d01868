import assert from 'node:assert/strict';
import { parseLine } from '../../../src/logs/parse-line.ts';

const TIME = '2026-01-31T12:00:00.123456789+00:00';

describe('a record of a CRI log', () => {
  for (const [record, expected] of [
    [`${TIME} stdout F hello`, { stream: 'stdout', text: 'hello', partial: false }],
    [`${TIME} stderr P hel`, { stream: 'stderr', text: 'hel', partial: true }],
    [`${TIME} stdout F `, { stream: 'stdout', text: '', partial: false }],
    [`${TIME} stdout F  two  spaces `, { stream: 'stdout', text: ' two  spaces ', partial: false }],
    [`${TIME} stdout F:tag x`, { stream: 'stdout', text: 'x', partial: false }],
    [`${TIME} stdout F a\rb`, { stream: 'stdout', text: 'a\rb', partial: false }],
  ] as const) {
    it(`reads ${JSON.stringify(record)}`, () => {
      assert.deepEqual(parseLine(record), { time: TIME, ...expected });
    });
  }

  for (const record of [
    '',
    'x',
    TIME,
    `${TIME} stdout`,
    `${TIME} stdin F x`,
    `${TIME} stdout X x`,
    'now stdout F x',
  ]) {
    it(`does not take ${JSON.stringify(record)} for one`, () => {
      assert.equal(parseLine(record), undefined);
    });
  }
});
