import assert from 'node:assert/strict';
import { keyText, resolveScalar, type ScalarValue } from '../../../src/kube/scalar.ts';

/** What kubectl 1.32 makes of plain scalars, measured with `kubectl label --local`. */
const plain: [text: string, value: ScalarValue][] = [
  ['80', 80],
  ['080', 80],
  ['0644', 420],
  ['0100', 64],
  ['0o644', 420],
  ['0x1F', 31],
  ['-0x1F', -31],
  ['0b11', 3],
  ['1_000', 1000],
  ['1_0.5', 10.5],
  ['_1', '_1'],
  ['8e1', 80],
  ['1E+3', 1000],
  ['1e', '1e'],
  ['80.0', 80],
  ['1.', 1],
  ['.5', 0.5],
  ['+.5', 0.5],
  ['1e400', '1e400'],
  ['1e2Mi', '1e2Mi'],
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', 9007199254740993n],
  ['9223372036854775808', 9223372036854775808n],
  ['18446744073709551616', 18446744073709552000],
  ['-9223372036854775808', -9223372036854775808n],
  ['22:22', '22:22'],
  ['2026-01-02', '2026-01-02'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ['1.2.3', '1.2.3'],
  ['y', true],
  ['Yes', true],
  ['ON', true],
  ['True', true],
  ['yEs', 'yEs'],
  ['N', false],
  ['off', false],
  ['tRUE', 'tRUE'],
  ['', null],
  ['~', null],
  ['Null', null],
  ['nULL', 'nULL'],
  ['.inf', Number.POSITIVE_INFINITY],
  ['-', '-'],
  ['0x', '0x'],
];
const tagged: [tag: string, text: string, quoted: boolean, value: ScalarValue | undefined][] = [
  ['', 'yes', true, 'yes'],
  ['!', '80', false, '80'],
  ['!foo', '12', false, '12'],
  ['str', '80', false, '80'],
  ['int', '80', true, 80],
  ['int', 'abc', false, undefined],
  ['int', '1.5', false, undefined],
  ['float', '1', false, 1],
  ['bool', 'yes', true, true],
  ['bool', '1', false, undefined],
  ['null', '', true, null],
  ['timestamp', '2026-01-02', false, '2026-01-02'],
  ['binary', 'aGk=', false, 'hi'],
  ['binary', '@@', true, undefined],
];
const keys: [text: string, key: string | undefined][] = [
  ['a', 'a'],
  ['y', 'true'],
  ['off', 'false'],
  ['0x10', '16'],
  ['0100', '64'],
  ['1.5', '1.5'],
  ['0.1', '0.1'],
  ['1e10', '1e+10'],
  ['1234567.5', '1.2345675e+06'],
  ['.inf', '.inf'],
  ['2026-01-02', '2026-01-02'],
  ['9223372036854775807', '9223372036854775807'],
  ['18446744073709551615', undefined],
  ['~', undefined],
];

describe('kube/scalar', () => {
  for (const [text, value] of plain) {
    it(`reads ${JSON.stringify(text)} as ${typeof value} ${value}`, () => {
      assert.deepEqual(resolveScalar({ text, tag: '', quoted: false }), { value });
    });
  }
  for (const [name, text, quoted, value] of tagged) {
    const tag = name === '' || name.startsWith('!') ? name : `tag:yaml.org,2002:${name}`;
    it(`reads ${JSON.stringify(text)} with the tag ${tag || 'of a string'}`, () => {
      const resolved = resolveScalar({ text, tag, quoted });
      if (value === undefined) assert.ok('problem' in resolved);
      else assert.deepEqual(resolved, { value });
    });
  }
  for (const [text, key] of keys) {
    it(`makes the key ${text} ${JSON.stringify(key)}`, () => {
      const resolved = resolveScalar({ text, tag: '', quoted: false });
      assert.ok('value' in resolved);
      assert.equal(keyText(resolved.value, text), key);
    });
  }
});
