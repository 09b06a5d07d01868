import assert from 'node:assert/strict';
import {
  formatSelector,
  type LabelSelector,
  matchesLabels,
  parseSelector,
  selectorOf,
} from '../../../src/values/label-selector.ts';

const parsed: Record<string, LabelSelector> = {
  '': [],
  'app=web': [{ operator: 'In', key: 'app', values: ['web'] }],
  'app == web': [{ operator: 'In', key: 'app', values: ['web'] }],
  'app=': [{ operator: 'In', key: 'app', values: [''] }],
  'app!=web': [{ operator: 'NotIn', key: 'app', values: ['web'] }],
  'a in (x, y),b notin (z)': [
    { operator: 'In', key: 'a', values: ['x', 'y'] },
    { operator: 'NotIn', key: 'b', values: ['z'] },
  ],
  'team.test/a,!b': [
    { operator: 'Exists', key: 'team.test/a' },
    { operator: 'DoesNotExist', key: 'b' },
  ],
};
const refused = ['=', 'a=b=c', 'a in x', 'a in (', ',', 'a b', 'a in (x),', '-a', 'a=b c', '!', 'a=_'];
const matching: [selector: string, labels: Record<string, string>, matches: boolean][] = [
  ['', {}, true],
  ['a=1', { a: '1' }, true],
  ['a=1', { a: '2' }, false],
  ['a=1', {}, false],
  ['a!=1', {}, true],
  ['a!=1', { a: '1' }, false],
  ['a', { a: '' }, true],
  ['!a', { a: '' }, false],
  ['a notin (1,2)', { a: '3' }, true],
  ['toString', {}, false],
  ['a in (1,2),b', { a: '2', b: 'x' }, true],
];

describe('values/label-selector', () => {
  for (const [text, selector] of Object.entries(parsed)) {
    it(`parses ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseSelector(text), selector);
      assert.deepEqual(parseSelector(formatSelector(selector)), selector);
    });
  }
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseSelector(text), { code: 'BAD_SELECTOR' });
    });
  }
  for (const [text, labels, matches] of matching) {
    it(`${JSON.stringify(text)} ${matches ? 'matches' : 'does not match'} ${JSON.stringify(labels)}`, () => {
      assert.equal(matchesLabels(parseSelector(text), labels), matches);
    });
  }
  it('reads selector objects', () => {
    const matchExpressions = [
      { key: 'b', operator: 'NotIn', values: ['2'] },
      { key: 'c', operator: 'Exists' },
    ];
    const selector = selectorOf({ matchLabels: { a: '1' }, matchExpressions });
    assert.equal(formatSelector(selector), 'a=1,b!=2,c');
    for (const expression of [
      { key: 'a', operator: 'In' },
      { key: 'a', operator: 'Exists', values: ['x'] },
      { key: 'a', operator: 'Equals', values: ['x'] },
    ]) {
      assert.throws(() => selectorOf({ matchExpressions: [expression] }), { code: 'BAD_SELECTOR' });
    }
  });
});
