import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseToml } from '../../../src/config/toml.ts';

const read = (text: string) => JSON.parse(JSON.stringify(parseToml(text, 'x.conf')));

describe('config/toml: values', () => {
  const cases: readonly (readonly [text: string, value: unknown])[] = [
    ['"a\\tb\\u00e9\\U0001F600\\""', 'a\tbé😀"'],
    ["'C:\\dir'", 'C:\\dir'],
    ['""', ''],
    ['"""\none\n  two"""', 'one\n  two'],
    ['"""a \\\n   b"""', 'a b'],
    ['"""say ""hi""" ', 'say ""hi'],
    ['"""two"""""', 'two""'],
    ["'''\nraw \\n'''", 'raw \\n'],
    ['0', 0],
    ['-17', -17],
    ['1_000', 1000],
    ['0xdead_BEEF', 0xdeadbeef],
    ['0o755', 0o755],
    ['0b101', 5],
    ['3.5', 3.5],
    ['-1e3', -1000],
    ['6.02e+2_3', 6.02e23],
    ['true', true],
    ['false # no', false],
    ['[]', []],
    ['[1, [2, 3], "x",]', [1, [2, 3], 'x']],
    ['[ # c\n 1,\n # d\n 2 ]', [1, 2]],
    ['{}', {}],
    ['{ a = 1, b.c = "x" }', { a: 1, b: { c: 'x' } }],
    ['["a", {append = true}]', ['a', { append: true }]],
  ];
  for (const [text, value] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(read(`key = ${text}`), { key: value }));
  }

  it('infinities and not-a-number', () => {
    const parsed = parseToml('a = inf\nb = -inf\nc = nan', 'x');
    assert.deepEqual([parsed['a'], parsed['b'], parsed['c']], [Infinity, -Infinity, Number.NaN]);
  });
});

describe('config/toml: tables', () => {
  const cases: readonly (readonly [what: string, text: string, value: unknown])[] = [
    ['empty', '', {}],
    ['comments and CRLF', '# one\r\na = 1\r\n\r\n[t] # two\r\nb = 2', { a: 1, t: { b: 2 } }],
    ['keys', 'a-b_1 = 1\n"c d" = 2\n\'e.f\' = 3\n1.2 = 4', { 'a-b_1': 1, 'c d': 2, 'e.f': 3, 1: { 2: 4 } }],
    ['dotted keys', 'a.b = 1\na . c = 2', { a: { b: 1, c: 2 } }],
    ['headers', '[a]\nx = 1\n[a.b]\ny = 2\n[c.d]\nz=3', { a: { x: 1, b: { y: 2 } }, c: { d: { z: 3 } } }],
    ['a parent after its child', '[a.b]\nx = 1\n[a]\ny = 2', { a: { b: { x: 1 }, y: 2 } }],
    [
      'arrays of tables',
      '[[r]]\na = 1\n[[r.m]]\nb = 2\n[[r.m]]\nb = 3\n[[r]]\n[r.t]\nc = 4',
      {
        r: [{ a: 1, m: [{ b: 2 }, { b: 3 }] }, { t: { c: 4 } }],
      },
    ],
    [
      'aliases',
      '[aliases]\n"alpine" = "docker.io/library/alpine"',
      {
        aliases: { alpine: 'docker.io/library/alpine' },
      },
    ],
  ];
  for (const [what, text, value] of cases) {
    it(what, () => assert.deepEqual(read(text), value));
  }

  it('takes any key for a key only', () => {
    const parsed = parseToml('__proto__ = 1\n[constructor]\nx = 2', 'x');
    assert.deepEqual(Object.keys(parsed), ['__proto__', 'constructor']);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });
});

describe('config/toml: refused, with the line', () => {
  const cases: readonly (readonly [text: string, line: number])[] = [
    ['a', 1],
    ['a =', 1],
    ['= 1', 1],
    ['a = 1 b = 2', 1],
    ['\n\na = 1\na = 2', 4],
    ['[t]\n[t]', 2],
    ['[a.b]\n[a]\n[a]', 3],
    ['a = 1\n[a]', 2],
    ['a = 1\na.b = 2', 2],
    ['a.b = 1\n[a]', 2],
    ['[a.b]\nx=1\n[a]\nb.y = 2', 4],
    ['a = {b = 1}\n[a.c]', 2],
    ['a = {b = 1}\na.c = 2', 2],
    ['a = [{}]\n[[a]]', 2],
    ['[a]\n[[a]]', 2],
    ['[[a]]\n[a]', 2],
    ['a = [1 2]', 1],
    ['a = [1', 1],
    ['a = {b = 1,}', 1],
    ['a = {\nb = 1}', 1],
    ['a = "x', 1],
    ['a = "x\ny"', 1],
    ["a = 'x", 1],
    ['a = """x', 1],
    ['a = "\\q"', 1],
    ['a = "\\ud800"', 1],
    ['a = "\\u12"', 1],
    ['a = 01', 1],
    ['a = 1__0', 1],
    ['a = 1.', 1],
    ['a = .5', 1],
    ['a = 9223372036854775807', 1],
    ['a = yes', 1],
    ['a = 2020-01-01', 1],
    ['a = 12:30:00', 1],
    ['[a', 1],
    ['[[a]', 1],
    ['[]', 1],
    ['[a]x', 1],
    ['a = "\0"', 1],
  ];
  for (const [text, line] of cases) {
    it(JSON.stringify(text), () => {
      assert.throws(
        () => parseToml(text, 'x.conf'),
        (error: { name: string; code: string; message: string }) => {
          assert.equal(error.name, 'ConfigError');
          assert.equal(error.code, 'CONFIG_SYNTAX');
          assert.ok(error.message.startsWith(`x.conf:${line}:`), error.message);
          return true;
        },
      );
    });
  }

  it('never fails in another way, whatever the text', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      '=',
      '.',
      ',',
      '"',
      "'",
      '\n',
      'a',
      '1',
      '#',
      '\\',
      ' ',
      '-',
      '_',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          parseToml(parts.join(''), 'x');
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'CONFIG_SYNTAX');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads back any JSON string as a basic string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(read(`a = ${JSON.stringify(text).replaceAll('\x7f', '\\u007f')}`).a, text);
      }),
    );
  });
});
