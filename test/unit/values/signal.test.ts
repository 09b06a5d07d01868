import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { formatSignal, parseSignal } from '../../../src/values/signal.ts';

describe('values/signal', () => {
  const cases: readonly (readonly [text: string, number: number, name: string])[] = [
    ['SIGTERM', 15, 'SIGTERM'],
    ['term', 15, 'SIGTERM'],
    ['9', 9, 'SIGKILL'],
    ['sigkill', 9, 'SIGKILL'],
    ['IOT', 6, 'SIGABRT'],
    ['SIGRTMIN', 34, 'SIGRTMIN'],
    ['RTMIN+3', 37, 'SIGRTMIN+3'],
    ['RTMIN+20', 54, 'SIGRTMAX-10'],
    ['SIGRTMAX-1', 63, 'SIGRTMAX-1'],
    ['rtmax', 64, 'SIGRTMAX'],
    ['32', 32, '32'],
  ];
  for (const [text, number, name] of cases) {
    it(text, () => {
      assert.equal(parseSignal(text), number);
      assert.equal(formatSignal(number), name);
    });
  }

  for (const text of [
    '',
    '0',
    '65',
    '-1',
    '1.5',
    'SIG',
    'NOPE',
    'RTMIN-1',
    'RTMIN+31',
    'RTMAX+1',
    'constructor',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseSignal(text), { name: 'ValueError', code: 'BAD_SIGNAL' });
    });
  }

  it('agrees with the system and reads back every name it prints', () => {
    for (const [name, number] of Object.entries(constants.signals))
      assert.equal(parseSignal(name), number, name);
    for (let number = 1; number <= 64; number += 1) assert.equal(parseSignal(formatSignal(number)), number);
  });
});
