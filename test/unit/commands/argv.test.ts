import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Flags, integer, leadingFlags, parseArgv } from '../../../src/commands/argv.ts';
import { UsageError } from '../../../src/errors/usage-error.ts';

const flags = {
  all: { type: 'boolean', char: 'a', summary: '' },
  start: { type: 'boolean', default: true, summary: '' },
  interactive: { type: 'boolean', char: 'i', summary: '' },
  tty: { type: 'boolean', char: 't', summary: '' },
  env: { type: 'option', char: 'e', multiple: true, helpValue: 'VAR', summary: '' },
  publish: { type: 'option', char: 'p', multiple: true, helpValue: 'PORT', summary: '' },
  network: { type: 'option', aliases: ['net'], multiple: true, helpValue: 'NAME', summary: '' },
  tail: { type: 'option', helpValue: 'LINES', read: integer, default: '-1', summary: '' },
  workdir: { type: 'option', char: 'w', helpValue: 'DIR', summary: '' },
  restart: { type: 'option', helpValue: 'POLICY', implied: 'always', summary: '' },
  secret: { type: 'boolean', hidden: true, summary: '' },
} as const satisfies Flags;

type Expected = {
  readonly [Name in keyof typeof flags]?: unknown;
} & { readonly args?: readonly string[]; readonly dash?: number };

describe('parseArgv', () => {
  const tables: Readonly<Record<string, readonly [line: string, expected: Expected][]>> = {
    'booleans never take the next word': [
      ['-a web', { all: true, args: ['web'] }],
      ['--all false', { all: true, args: ['false'] }],
      ['--start=false f.yaml', { start: false, args: ['f.yaml'] }],
      ['--start f.yaml', { start: true, args: ['f.yaml'] }],
      ['-a=false web', { all: false, args: ['web'] }],
      ['--all=T', { all: true }],
      ['--all --all=0', { all: false }],
    ],
    'options take exactly one value': [
      ['--publish 80:80 f.yaml', { publish: ['80:80'], args: ['f.yaml'] }],
      ['--publish 80:80 --publish=81:81 f.yaml', { publish: ['80:80', '81:81'], args: ['f.yaml'] }],
      ['-p 80:80 -p81:81 -p=82:82', { publish: ['80:80', '81:81', '82:82'] }],
      ['--publish 80,81', { publish: ['80,81'] }],
      ['--tail -1 web', { tail: -1, args: ['web'] }],
      ['--tail=5', { tail: 5 }],
      ['-w -a', { workdir: '-a', all: false }],
      ['-w -- web', { workdir: '--', args: ['web'] }],
      ['-w / -w /tmp', { workdir: '/tmp' }],
      ['--workdir=', { workdir: '' }],
      ['--env A=b=c', { env: ['A=b=c'] }],
      ['--net host', { network: ['host'] }],
    ],
    'an optional value is written with =': [
      ['--restart web', { restart: 'always', args: ['web'] }],
      ['--restart=no web', { restart: 'no', args: ['web'] }],
    ],
    'letters cluster': [
      ['-it web', { interactive: true, tty: true, args: ['web'] }],
      ['-ite A=b web', { interactive: true, tty: true, env: ['A=b'], args: ['web'] }],
      ['-iteA=b web', { interactive: true, tty: true, env: ['A=b'], args: ['web'] }],
      ['-eA=b -e=C=d', { env: ['A=b', 'C=d'] }],
      ['-it=false', { interactive: true, tty: false }],
      ['-eit', { env: ['it'], interactive: false }],
    ],
    'operands and flags may mix': [
      ['web -a db', { all: true, args: ['web', 'db'] }],
      ['-', { args: ['-'] }],
      ['f.yaml - --all', { all: true, args: ['f.yaml', '-'] }],
    ],
    'the first -- is kept apart': [
      ['web -- -a --all', { all: false, args: ['web', '-a', '--all'], dash: 1 }],
      ['web -- a -- b', { args: ['web', 'a', '--', 'b'], dash: 1 }],
      ['--', { args: [], dash: 0 }],
    ],
  };
  for (const [proves, table] of Object.entries(tables)) {
    describe(proves, () => {
      for (const [line, expected] of table) it(line, () => check(line, expected, true));
    });
  }

  describe('the first operand may end the flags', () => {
    const table: readonly [line: string, expected: Expected][] = [
      ['web ls -l', { args: ['web', 'ls', '-l'] }],
      ['-i web env -i sh', { interactive: true, args: ['web', 'env', '-i', 'sh'] }],
      ['web sh -c true -- x', { args: ['web', 'sh', '-c', 'true', '--', 'x'] }],
      ['web -- ls -l', { args: ['web', 'ls', '-l'], dash: 1 }],
      ['-i -- web ls -l', { interactive: true, args: ['web', 'ls', '-l'], dash: 0 }],
      ['-eA=b web printenv --help', { env: ['A=b'], args: ['web', 'printenv', '--help'] }],
    ];
    for (const [line, expected] of table) it(line, () => check(line, expected, false));
  });

  it('tells written flags from defaults', () => {
    assert.deepEqual([...parseArgv(['--start', '--net', 'a'], { flags }).given], ['start', 'network']);
  });

  it('notices a wish for help, but not one behind --', () => {
    const asked = (line: string) => parseArgv(line.split(' '), { flags }).help;
    assert.deepEqual(['--help', '-h', 'x -ah', '-- --help'].map(asked), [true, true, true, false]);
    const own = { host: { type: 'option', char: 'h', helpValue: 'H', summary: '' } } as const;
    assert.deepEqual(parseArgv(['-h', 'x'], { flags: own }).flags, { host: 'x' });
  });

  describe('what is wrong is named', () => {
    const table: readonly [line: string, code: string, hint?: RegExp][] = [
      ['--al', 'UNKNOWN_FLAG', /--all/],
      ['--pubilsh 80', 'UNKNOWN_FLAG', /--publish/],
      ['--secrt', 'UNKNOWN_FLAG', /--help/],
      ['-x', 'UNKNOWN_FLAG'],
      ['-ix', 'UNKNOWN_FLAG'],
      ['---', 'UNKNOWN_FLAG'],
      ['--workdir', 'BAD_FLAG_VALUE'],
      ['-w', 'BAD_FLAG_VALUE'],
      ['--all=yes', 'BAD_FLAG_VALUE'],
      ['--all=toString', 'BAD_FLAG_VALUE'],
      ['--tail=many', 'BAD_FLAG_VALUE'],
      ['--constructor', 'UNKNOWN_FLAG'],
    ];
    for (const [line, code, hint] of table) {
      it(line, () =>
        assert.throws(
          () => parseArgv(line.split(' '), { flags }),
          (error) =>
            error instanceof UsageError && error.code === code && (hint?.test(error.hint ?? '') ?? true),
        ),
      );
    }
  });

  it('never loses an operand behind --', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        assert.deepEqual(parseArgv(['--', ...words], { flags }).args, words);
      }),
    );
  });
});

describe('leadingFlags', () => {
  const global = {
    root: { type: 'option', helpValue: 'DIR', summary: '' },
    debug: { type: 'boolean', char: 'D', summary: '' },
  } as const satisfies Flags;
  const table: readonly [line: string, front: number][] = [
    ['--root /x ps -a', 2],
    ['--root=/x -D ps', 2],
    ['--debug ps', 1],
    ['ps --root /x', 0],
    ['--root /x --help', 2],
    ['--version', 0],
    ['', 0],
  ];
  for (const [line, front] of table) {
    it(JSON.stringify(line), () => {
      const argv = line === '' ? [] : line.split(' ');
      assert.deepEqual(leadingFlags(argv, global), { front: argv.slice(0, front), rest: argv.slice(front) });
    });
  }
});

function check(line: string, expected: Expected, interspersed: boolean): void {
  const { args, dash, ...values } = expected;
  const parsed = parseArgv(line.split(' '), { flags, interspersed });
  assert.deepEqual(parsed.args, args ?? []);
  assert.equal(parsed.dash, dash);
  for (const [name, value] of Object.entries(values)) {
    assert.deepEqual(parsed.flags[name as keyof typeof flags], value, name);
  }
}
