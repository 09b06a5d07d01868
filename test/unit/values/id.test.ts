import assert from 'node:assert/strict';
import { isId, isIdPrefix, parseId, shortId } from '../../../src/values/id.ts';

const id = '0123456789abcdef'.repeat(4);

describe('values/id', () => {
  it('knows whole ids and their beginnings', () => {
    assert.equal(isId(id), true);
    assert.equal(parseId(id), id);
    for (const text of ['0', id.slice(0, 12), id]) assert.equal(isIdPrefix(text), true, text);
    for (const text of ['', 'g', `${id}0`, 'AB', 'ab\n']) assert.equal(isIdPrefix(text), false, text);
  });

  it('refuses what is not a whole id', () => {
    for (const text of ['', id.slice(1), `${id}0`, id.toUpperCase()]) {
      assert.throws(() => parseId(text), { name: 'ValueError', code: 'BAD_ID' });
    }
  });

  it('shortens ids and digests', () => {
    assert.equal(shortId(id), '0123456789ab');
    assert.equal(shortId(`sha256:${id}`), '0123456789ab');
  });
});
