import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Data } from '../../../src/kube/document.ts';
import { isObject, readObjects } from '../../../src/kube/objects.ts';
import { writeYaml } from '../../../src/kube/write.ts';
import { corpus, corpusFiles } from './corpus.ts';
import { hasKubectl, kubectlReads } from './oracle.ts';

function readBack(text: string): Data[] {
  const { objects, faults } = readObjects([{ name: 'written.yaml', text }]);
  assert.deepEqual(faults, []);
  return objects.map((object) => asNumbers(object.data));
}

/** Integers beyond 2^53 are read as bigint, which fields other than quantities make numbers of. */
function asNumbers(data: Data): Data {
  if (typeof data === 'bigint') return Number(data);
  if (Array.isArray(data)) return data.map(asNumbers);
  if (!isObject(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, asNumbers(value)]));
}

/** Strings that YAML readers are known to take for something else, or to break at. */
const hard = [
  ...[
    '',
    ' ',
    'y',
    'N',
    'yes',
    'off',
    'true',
    'null',
    '~',
    '<<',
    '-',
    '- a',
    '? a',
    ': a',
    'a: b',
    'a:',
    'a #b',
    '#a',
  ],
  ...[
    '0644',
    '0o17',
    '1_000',
    '1e3',
    '.5',
    '.inf',
    '22:22',
    '2026-01-02',
    '1.2.3',
    '0x10',
    '+1',
    '10',
    '1,000',
  ],
  ...[
    '[a]',
    '{a}',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
    '`a',
    '|',
    '>',
    "'a'",
    '"a"',
    "it's",
    '---',
    '...',
    '--- a',
    '=',
    'a\\b',
  ],
  ...[
    'a\n',
    'a\nb',
    'a\n\n',
    '\na',
    ' a\nb',
    'a \nb',
    'a\n \nb',
    'a\n\tb',
    '\n',
    'a\r\nb',
    '---\nb: c\n',
    '# a\nb',
    'a\n ',
  ],
  ...[
    '\u0000',
    '\u007f',
    '\u0085',
    '\u00a0',
    'a\u2028b',
    '\ufeffa',
    '\u{1f600}',
    'é',
    'a\tb',
    '\ta',
    '$(A)',
    '/a/b',
    '\u061c',
  ],
];

const text = fc.oneof(
  fc.constantFrom(...hard),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.constantFrom('a', ' ', '\n', ':', '#', '-', '"', "'", '\t')).map((parts) => parts.join('')),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('kube/write', () => {
  const head = { apiVersion: 'v1', kind: 'Thing' };

  it('reads back every hard string, as a value, an item and a key', () => {
    for (const each of hard) {
      const object = { ...head, value: each, list: [each, [each]], map: { [each]: { [each]: each } } };
      assert.deepEqual(readBack(writeYaml([object])), [object], JSON.stringify(each));
    }
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(json.value, { minLength: 1, maxLength: 3 }), (values) => {
        const objects = values.map((value) => ({ ...head, value }));
        assert.deepEqual(readBack(writeYaml(objects)), JSON.parse(JSON.stringify(objects)));
      }),
      { numRuns: 300 },
    );
  });

  it('writes in the style and order of Kubernetes', () => {
    const pod = {
      spec: { containers: [{ name: 'main', args: ['a', 'yes'], env: [] }], hostNetwork: true },
      status: undefined,
      metadata: { annotations: { note: 'one\ntwo\n' }, labels: {}, name: 'web' },
      kind: 'Pod',
      apiVersion: 'v1',
    };
    assert.equal(
      writeYaml([pod, { kind: 'A', apiVersion: 'v1' }]),
      `apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {}
  annotations:
    note: |
      one
      two
spec:
  containers:
  - name: main
    args:
    - a
    - "yes"
    env: []
  hostNetwork: true
---
apiVersion: v1
kind: A
`,
    );
  });

  it('quotes what other YAML readers would not take for a string', () => {
    for (const each of ['22:22', '2026-01-02', '1.2.3', '0644', 'y', 'on', '1_000', 'null', '.5']) {
      assert.match(writeYaml([{ each }]), /^each: "/);
    }
  });

  if (hasKubectl) {
    it('writes what kubectl reads alike', () => {
      const objects = [
        {
          ...head,
          metadata: { name: 'a', labels: {} },
          list: hard,
          map: Object.fromEntries(hard.map((key) => [key, key])),
        },
      ];
      assert.deepEqual(kubectlReads(writeYaml(objects)), objects);
    });
  } else it('is not compared with kubectl here: it is not installed', () => {});

  if (corpus !== undefined) {
    it('reads back every manifest of the corpus', () => {
      for (const name of corpusFiles) {
        const { objects } = readObjects([{ name, text: readFileSync(join(corpus ?? '', name), 'utf8') }]);
        const data = objects.map((object) => object.data);
        assert.deepEqual(readBack(writeYaml(data)), data, name);
      }
    });
  }
});
