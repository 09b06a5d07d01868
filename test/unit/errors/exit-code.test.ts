import assert from 'node:assert/strict';
import { exitCode, isBrokenPipe } from '../../../src/errors/exit-code.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { ManifestError } from '../../../src/errors/manifest-error.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { UsageError } from '../../../src/errors/usage-error.ts';

const coded = (exitCode: number) => new RuntimeError({ code: 'EXEC_FAILED', message: 'x', exitCode });

describe('exitCode', () => {
  const table: readonly [name: string, error: unknown, expected: number][] = [
    ['wrong usage', new UsageError({ code: 'UNKNOWN_FLAG', message: 'x' }), 125],
    ['a wrong manifest', new ManifestError([]), 125],
    ['a missing program', new RuntimeError({ code: 'COMMAND_NOT_FOUND', message: 'x', exitCode: 127 }), 127],
    ['an interruption', new LifecycleError({ code: 'INTERRUPTED', message: 'x', exitCode: 143 }), 143],
    ['an aborted wait', new DOMException('x', 'AbortError'), 130],
    ['a closed pipe', Object.assign(new Error('x'), { code: 'EPIPE' }), 141],
    ['failures that agree', new AggregateError([coded(2), coded(2)]), 2],
    ['failures that do not', new AggregateError([coded(1), coded(2)]), 125],
    ['a bug', new TypeError('x'), 125],
    ['something that is no error', 'x', 125],
  ];
  for (const [name, error, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(exitCode(error), expected));
  }

  it('knows a closed pipe from other system errors', () => {
    assert.equal(isBrokenPipe(Object.assign(new Error('x'), { code: 'EPIPE' })), true);
    assert.equal(isBrokenPipe(Object.assign(new Error('x'), { code: 'ENOSPC' })), false);
  });
});
