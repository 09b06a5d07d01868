import assert from 'node:assert/strict';
import { rlimits } from '../../../../src/plan/spec/rlimits.ts';

const FREE = {
  mayRaiseRlimits: true,
  rlimits: { nofile: { soft: 1024, hard: 4096 }, nproc: { soft: 100, hard: -1 } },
};
const BOUND = { ...FREE, mayRaiseRlimits: false };
const UNLIMITED = Number.MAX_SAFE_INTEGER;

describe('resource limits of a process', () => {
  for (const [what, ulimits, facts, expected, warnings] of [
    ['have defaults', [], FREE, { NOFILE: [1048576, 1048576], NPROC: [1048576, 1048576] }, 0],
    ['stop silently at those of the host', [], BOUND, { NOFILE: [4096, 4096], NPROC: [1048576, 1048576] }, 0],
    [
      'are those that were asked for',
      [{ name: 'nofile', soft: 10, hard: 20 }],
      BOUND,
      { NPROC: [1048576, 1048576], NOFILE: [10, 20] },
      0,
    ],
    [
      'stop at those of the host with one warning',
      [
        { name: 'nofile', soft: 10, hard: -1 },
        { name: 'nproc', soft: -1, hard: -1 },
        { name: 'core', soft: -1, hard: -1 },
      ],
      BOUND,
      { NOFILE: [10, 4096], NPROC: [UNLIMITED, UNLIMITED], CORE: [UNLIMITED, UNLIMITED] },
      1,
    ],
  ] as const) {
    it(what, () => {
      const found = rlimits(ulimits, facts);
      const byType = found.rlimits.map(({ type, soft, hard }) => [
        type.slice('RLIMIT_'.length),
        [soft, hard],
      ]);
      assert.deepEqual(Object.fromEntries(byType), expected);
      assert.equal(found.warnings.length, warnings);
    });
  }
});
