import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Data } from '../../../src/kube/document.ts';
import { isObject, readObjects } from '../../../src/kube/objects.ts';
import { corpus, corpusFiles } from './corpus.ts';
import { hasKubectl, kubectlReads } from './oracle.ts';

const head = 'apiVersion: example.test/v1\nkind: Thing\nmetadata: {name: a}\n';

/** Flow items, each read alone: what a scalar, a tag or a quoting means. */
const scalars = [
  ...[
    '80',
    '080',
    '0100',
    '0o644',
    '0O17',
    '017',
    '08',
    '0x1F',
    '-0x1F',
    '0X1f',
    '0b11',
    '-0b11',
    '0B1',
    '+1',
  ],
  ...[
    '1_000',
    '1_',
    '1__0',
    '_1',
    '0_7',
    '1_0.5',
    '0.1_0',
    '-0',
    '0',
    '00',
    '-',
    '+',
    '1-',
    '1.2.3',
    '0x',
    '0b',
  ],
  ...['8e1', '1e3', '1E+3', '1e', '.e1', '1.', '+.5', '-.5', '.5', '.5e3', '._1', '1e400', '1.5e-7', '1e21'],
  ...['9223372036854775807', '-9223372036854775808', '9007199254740993', '1e2.5', '3.0'],
  ...[
    '12e03',
    '0.1',
    '123456789.25',
    '1e2Mi',
    '22:22',
    '1:2',
    '2026-01-02',
    '2001-01-01T00:00:00Z',
    '12:30:45',
  ],
  ...[
    'y',
    'Y',
    'n',
    'N',
    'yes',
    'Yes',
    'YES',
    'yEs',
    'no',
    'on',
    'On',
    'ON',
    'off',
    'OFF',
    'true',
    'TRUE',
    'tRUE',
  ],
  ...[
    'null',
    'Null',
    'NULL',
    'nULL',
    '~',
    '',
    "''",
    '""',
    "'80'",
    '"80"',
    '"yes"',
    "'~'",
    'a b',
    'a:b',
    'a#b',
  ],
  ...[
    '! "80"',
    '! 80',
    '!!str 80',
    '!!int "80"',
    '!!float 1',
    '!!bool "yes"',
    '!foo 12',
    '!!binary aGk=',
    '!!null ""',
  ],
  ...[
    '"\\x41\\u00e9\\t"',
    '"a\\\n  b"',
    "'it''s'",
    '"\\"',
    '{a: 1}',
    '[1, y]',
    '{y: 1}',
    '{1: a}',
    '{1.5: a}',
    '{yes: a}',
  ],
  ...[
    '{1e10: a}',
    '{0.1: a}',
    '{0x10: a}',
    '{1234567.5: a}',
    '{2001-01-01: a}',
    '{.inf: a}',
    '{null: a}',
    '{[a]: b}',
  ],
  ...[
    '.inf',
    '.nan',
    '!!int abc',
    '!!binary "@@"',
    '@a',
    '%a',
    '`a',
    'a: b',
    '&x',
    '*nowhere',
    '\u00e9',
    '"a\u2028b"',
  ],
  ...[
    '!!map [1]',
    '!!set {a, b}',
    '!!omap [a: 1]',
    '!!timestamp 2001-01-01',
    '{a:1, b}',
    '[a b: c]',
    '&a [*a]',
  ],
];

/** Whole files: separators, marks, merges, line ends. */
const files: Record<string, string> = {
  'a merge before a key': `b: &x {a: 2, c: 3}\n${head}m: {<<: *x, a: 1}\n`,
  'a merge after a key': `b: &x {a: 2, c: 3}\n${head}m: {a: 1, <<: *x}\n`,
  'a quoted merge key': `b: &x {a: 2, c: 3}\n${head}m: {"<<": *x}\n`,
  'a list of merges': `${head}m: {<<: [{a: 5}, {a: 6, d: 7}], z: 1}\n`,
  'a merge of a scalar': `${head}m: {<<: 5}\n`,
  'an anchor defined twice': `${head}a: &x 1\nb: *x\nc: &x 2\nd: *x\n`,
  'an anchor on a key': `${head}&x a: 1\nb: *x\n`,
  'an alias as a key': `${head}a: &x k\nb: {*x : 1}\n`,
  'an alias across documents': `${head}a: &x 1\n---\n${head}a: *x\n`,
  'separators with comment and space': `---\n# nothing\n---\n\n--- # note\n${head}s: |\n  ---\n  not: one\n--- \n${head}---\n`,
  'a separator with a tab': `${head}---\t\n${head}`,
  'a separator with text': `${head}--- {a: 1}\n${head}`,
  'a separator without space': `${head}---x\n${head}`,
  'an indented separator': `${head} ---\n`,
  'four dashes': `${head}----\n`,
  'CR and LF': `${head}s: |\n  a\n  b\nt: "x\n  y"\n`.replaceAll('\n', '\r\n'),
  'a byte order mark': `\uFEFF${head}`,
  'a byte order mark in the second document': `${head}---\n\uFEFF${head}`,
  'a YAML directive': `%YAML 1.1\n---\n${head}`,
  'a tab in indentation': `${head}x:\n\ty: 1\n`,
  'a tab after a colon': `${head}x:\ty\n`,
  'a tab in a flow list': `${head}x: [a,\n\tb]\n`,
  'a flow list level with its key': `${head}x: [a,\nb, {c: d,\ne: "f]"}, # ]\n  g\n]\nz: 1\n`,
  'a flow map in a list level with it': `${head}x:\n- y: {a:\n b,\nc: it's}\n- z\n`,
  'two flow lists level with their keys': `${head}x: [a,\nb]\ny: [\n"c"]\n`,
  'a flow list that does not end': `${head}x: [a,\nb\nz: 1\n`,
  'quoted text level with its key': `${head}x: "a\nb\\\nc"\ny: 'd\n\ne'\nz: 1\n`,
  'quoted text in a flow list': `${head}x: ["a\nb", 'c\nd']\n`,
  'quoted text that does not end': `${head}x: "a\nb\n`,
  'quoted text that seems to end with an escaped quote': `${head}x: "a\\"\ny: [b, "c"]\n`,
  'quoted text that ends with an escaped backslash': `${head}x: "a\\\\"\ny: [b, "c"]\n`,
  'quoted keys in a flow map': `${head}x: {\n"a": 1,\n'b': [\n2]\n}\n`,
  'a flow list that ends in column 1': `${head}x: [\n  a,\n]\n`,
  'a control character': `${head}x: a\u0001b\n`,
  'a delete character': `${head}x: a\u007fb\n`,
  'an escaped apostrophe': `${head}x: "it\\'s"\n`,
  'an explicit key': `${head}? x\n: y\n`,
  'a block scalar with indentation': `${head}x: |2\n   a\n  b\n`,
  'a folded scalar': `${head}x: >-\n  a\n  b\n\n   c\n  d\n\n`,
  'a kept block scalar': `${head}x: |+\n  a\n\n`,
  'a plain scalar on two lines': `${head}x: a\n  b\n`,
  'a list without indentation': `${head}x:\n- a\n- b\n`,
  'a JSON object': '{"apiVersion":"v1","kind":"Foo","metadata":{"name":"a"},"x":"\\u00e9\\ud83d\\ude00"}',
  'a JSON object with tabs': '{\n\t"apiVersion": "v1",\n\t"kind": "Foo",\n\t"metadata": {"name": "a"}\n}\n',
  'two JSON objects':
    '{"apiVersion":"v1","kind":"Foo","metadata":{"name":"a"}}\n{"apiVersion":"v1","kind":"Foo","metadata":{"name":"b"}}',
  'a list with items': `apiVersion: v1\nkind: List\nitems:\n- ${head.replaceAll('\n', '\n  ')}\n`,
  'a scalar': 'foo\n',
  'a list': '[]\n',
};

function ours(text: string): Data[] | undefined {
  const { objects, faults } = readObjects([{ name: 'manifest.yaml', text }]);
  if (faults.some((fault) => fault.severity === 'error')) return undefined;
  for (const { data } of objects) {
    const metadata = data['metadata'];
    if (!isObject(metadata)) continue;
    const labels = metadata['labels'];
    metadata['labels'] = isObject(labels) ? { ...labels } : {};
  }
  return objects.map((object) => object.data);
}

describe('reading YAML as kubectl does', () => {
  if (!hasKubectl) {
    it('is not compared here: kubectl is not installed', () => {});
    return;
  }

  it('scalars in lists', () => {
    const texts = scalars.map((scalar) => `${head}x:\n- ${scalar}\n`);
    compare(Object.fromEntries(texts.map((text) => [text, text])));
  }).timeout(120_000);

  for (const [title, text] of Object.entries(files)) {
    it(title, () => assert.deepEqual(ours(text), kubectlReads(text)));
  }

  if (corpus === undefined) return;
  it('every manifest of the corpus', () => {
    compare(
      Object.fromEntries(corpusFiles.map((name) => [name, readFileSync(join(corpus ?? '', name), 'utf8')])),
    );
  }).timeout(120_000);
});

/** What we read, kubectl reads the same, many at a time; what we refuse, it refuses, unless a key is there twice. */
function compare(texts: Record<string, string>): void {
  const entries = Object.entries(texts);
  const accepted = entries.filter(([, text]) => ours(text) !== undefined);
  for (let at = 0; at < accepted.length; at += 25) {
    const batch = accepted.slice(at, at + 25);
    assert.deepEqual(
      batch.flatMap(([, text]) => ours(text) ?? []),
      kubectlReads(...batch.map(([, text]) => text)),
    );
  }
  const refused = entries.filter(([, text]) => ours(text) === undefined && !hasDuplicate(text));
  for (const [name, text] of refused) assert.equal(kubectlReads(text), undefined, name);
}

function hasDuplicate(text: string): boolean {
  return readObjects([{ name: 'manifest.yaml', text }]).faults.some((fault) => fault.code === 'DUPLICATE');
}
