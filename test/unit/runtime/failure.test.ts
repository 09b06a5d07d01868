import assert from 'node:assert/strict';
import { commandFailure, runtimeFailure } from '../../../src/runtime/failure.ts';

const runc = (stage: string, words: string) =>
  `time="2026-01-31T12:00:00Z" level=error msg="${stage}: unable to start container process: ${words}"`;

/** As crun 1.8 and runc 1.1 say it. */
const WORDINGS = [
  ['executable file `nope` not found in $PATH: No such file or directory', 'COMMAND_NOT_FOUND', 'nope'],
  ['open executable: Not a directory', 'COMMAND_NOT_FOUND', undefined],
  [
    'exec container process (missing dynamic library?) `/bin/x`: No such file or directory',
    'COMMAND_NOT_FOUND',
    '/bin/x',
  ],
  ['open executable: Permission denied', 'COMMAND_NOT_EXECUTABLE', undefined],
  ['open executable: Operation not permitted', 'COMMAND_NOT_EXECUTABLE', undefined],
  ['exec container process `/bin/x`: Exec format error', 'COMMAND_NOT_EXECUTABLE', '/bin/x'],
  [
    runc('runc create failed', 'exec: \\"nope\\": executable file not found in $PATH'),
    'COMMAND_NOT_FOUND',
    'nope',
  ],
  [
    runc('runc create failed', 'exec: \\"/bin/x\\": stat /bin/x: no such file or directory'),
    'COMMAND_NOT_FOUND',
    '/bin/x',
  ],
  [
    runc('exec failed', 'exec: \\"/bin/x/y\\": stat /bin/x/y: not a directory'),
    'COMMAND_NOT_FOUND',
    '/bin/x/y',
  ],
  [runc('exec failed', 'exec: \\"/bin/x\\": permission denied'), 'COMMAND_NOT_EXECUTABLE', '/bin/x'],
] as const;

describe('the words of a runtime', () => {
  for (const [words, code, program] of WORDINGS) {
    it(`mean ${code}: ${words}`, () => {
      const exitCode = code === 'COMMAND_NOT_FOUND' ? 127 : 126;
      const found = commandFailure(words);
      assert.deepEqual([found?.code, found?.exitCode, found?.program], [code, exitCode, program]);
      const error = runtimeFailure({ words, container: 'web', otherwise: 'CREATE_FAILED' });
      assert.deepEqual([error.code, error.exitCode], [code, exitCode]);
    });
  }

  it('mean nothing special otherwise', () => {
    const words = runc(
      'runc create failed',
      'chdir to cwd (\\"/x\\") set in config.json failed: no such file or directory',
    );
    assert.equal(commandFailure(words), undefined);
    const error = runtimeFailure({ words, container: 'web', otherwise: 'START_FAILED' });
    assert.deepEqual([error.code, error.exitCode, error.kind], ['START_FAILED', 125, 'external']);
  });
});
