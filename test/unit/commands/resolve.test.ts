import assert from 'node:assert/strict';
import type { Flags } from '../../../src/commands/argv.ts';
import { type Request, resolve } from '../../../src/commands/resolve.ts';
import { UsageError } from '../../../src/errors/usage-error.ts';

const globals = {
  root: { type: 'option', helpValue: 'DIR', summary: '' },
  debug: { type: 'boolean', char: 'D', summary: '' },
} as const satisfies Flags;

const table = {
  ps: 'ps',
  exec: 'exec',
  images: 'images',
  'pod ps': 'pod ps',
  'pod ls': 'pod ps',
  'play kube': 'play kube',
  'kube play': 'play kube',
  'kube down': 'kube down',
};

const command = (id: string, ...argv: string[]): Request => ({ type: 'command', id, argv });
const help = (...words: string[]): Request => ({ type: 'help', words });

describe('resolve', () => {
  const cases: readonly [line: string, expected: Request][] = [
    ['ps', command('ps')],
    ['ps -a', command('ps', '-a')],
    ['pod ps', command('pod ps')],
    ['pod ls -q', command('pod ps', '-q')],
    ['kube play f.yaml', command('play kube', 'f.yaml')],
    ['--root /x ps -a', command('ps', '--root', '/x', '-a')],
    ['--root=/x -D pod --root /y ps', command('pod ps', '--root=/x', '-D', '--root', '/y')],
    ['ps --root /x', command('ps', '--root', '/x')],
    ['exec web ps', command('exec', 'web', 'ps')],
    ['exec exec', command('exec', 'exec')],
    ['ps --version', command('ps', '--version')],
    ['', help()],
    ['--help', help()],
    ['-h', help()],
    ['help', help()],
    ['--root /x', help()],
    ['pod', help('pod')],
    ['pod --help', help('pod')],
    ['pod help', help('pod')],
    ['help kube', help('kube')],
    ['help kube play', command('play kube', '--help')],
    ['kube help play', command('play kube', '--help')],
    ['--version', { type: 'version' }],
    ['-v', { type: 'version' }],
  ];
  for (const [line, expected] of cases) {
    it(JSON.stringify(line), () =>
      assert.deepEqual(resolve(line.split(' ').filter(Boolean), table, globals), expected),
    );
  }

  const wrong: readonly [line: string, code: string, hint: RegExp][] = [
    ['pss', 'UNKNOWN_COMMAND', /pod ps/],
    ['pod pss', 'UNKNOWN_COMMAND', /pod pod ps/],
    ['kube donw f', 'UNKNOWN_COMMAND', /kube down/],
    ['kub', 'UNKNOWN_COMMAND', /kube/],
    ['zzzzzz', 'UNKNOWN_COMMAND', /--help/],
    ['constructor', 'UNKNOWN_COMMAND', /--help/],
    ['help zzzzzz', 'UNKNOWN_COMMAND', /--help/],
    ['--zzz ps', 'UNKNOWN_FLAG', /--help/],
    ['pod --version', 'UNKNOWN_FLAG', /--help/],
    ['--root', 'BAD_FLAG_VALUE', /^/],
  ];
  for (const [line, code, hint] of wrong) {
    it(`refuses ${line}`, () =>
      assert.throws(
        () => resolve(line.split(' '), table, globals),
        (error) => error instanceof UsageError && error.code === code && hint.test(error.hint ?? ''),
      ));
  }
});
