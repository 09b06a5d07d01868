import assert from 'node:assert/strict';
import { gatherFilters, matchesLabel } from '../../../src/commands/filter.ts';
import { UsageError } from '../../../src/errors/usage-error.ts';

describe('filters', () => {
  it('gathers the values of each name', () => {
    const given = [
      ['label', 'a=b'],
      ['label', 'c'],
      ['name', 'x'],
    ] as const;
    assert.deepEqual(
      [...gatherFilters(given, ['label', 'name', 'status'])],
      [
        ['label', ['a=b', 'c']],
        ['name', ['x']],
      ],
    );
  });

  it('refuses unknown names', () => {
    assert.throws(
      () => gatherFilters([['nope', '1']], ['label']),
      (error) => error instanceof UsageError && error.code === 'BAD_FLAG_VALUE',
    );
  });

  it('finds labels by key, or by key and value', () => {
    const labels = { app: 'web', tier: '' };
    const table: readonly [wanted: string, found: boolean][] = [
      ['app', true],
      ['app=web', true],
      ['app=db', false],
      ['tier', true],
      ['tier=', true],
      ['none', false],
      ['toString', false],
    ];
    for (const [wanted, found] of table) assert.equal(matchesLabel(labels, [wanted]), found, wanted);
  });
});
