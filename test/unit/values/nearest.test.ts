import assert from 'node:assert/strict';
import { nearest } from '../../../src/values/nearest.ts';

describe('nearest', () => {
  const words = ['ps', 'pull', 'play kube', 'images', 'inspect', 'containerPort', 'hostNetwork'];
  const table: readonly [word: string, expected: string | undefined][] = [
    ['pulll', 'pull'],
    ['plul', 'pull'],
    ['image', 'images'],
    ['sp', 'ps'],
    ['inspcet', 'inspect'],
    ['HostNetwork', 'hostNetwork'],
    ['conatinerPrt', 'containerPort'],
    ['zzz', undefined],
    ['', undefined],
    ['exec', undefined],
  ];
  for (const [word, expected] of table) {
    it(`${JSON.stringify(word)} means ${expected}`, () => assert.equal(nearest(word, words), expected));
  }
});
