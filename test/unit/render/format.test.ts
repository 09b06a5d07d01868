import assert from 'node:assert/strict';
import { UsageError } from '../../../src/errors/usage-error.ts';
import { renderFormat, renderItem } from '../../../src/render/format.ts';
import { renderTable } from '../../../src/render/table.ts';
import { visible, visibleLine } from '../../../src/render/visible.ts';
import { displayWidth } from '../../../src/render/width.ts';

const items = [
  { ID: 'aaaa', Names: 'web', PodName: 'shop', NumberOfContainers: 2, Mounts: ['x', 'y'] },
  { ID: 'b', Names: 'database', PodName: '', NumberOfContainers: 10, Mounts: [] },
];
const headings = { ID: 'CONTAINER ID', NumberOfContainers: '# OF CONTAINERS' };

describe('renderFormat', () => {
  const table: readonly [format: string, expected: string][] = [
    ['{{.ID}} {{.Names}}', 'aaaa web\nb database\n'],
    ['{{.ID}}\\t{{.Names}}', 'aaaa\tweb\nb\tdatabase\n'],
    ['{{printf "%s\\t" .ID}}', 'aaaa\t\nb\t\n'],
    ['{{range .}}{{.ID}},{{end}}', 'aaaa,b,\n'],
    ['{{range .}}{{.ID}}\\n{{end}}', 'aaaa\nb\n'],
    [
      'table {{.ID}}\\t{{.Names}}\\t{{.NumberOfContainers}}',
      [
        'CONTAINER ID  NAMES     # OF CONTAINERS',
        'aaaa          web       2',
        'b             database  10',
        '',
      ].join('\n'),
    ],
    ['table {{.PodName}}\\t{{.ID}}', 'POD NAME  CONTAINER ID\nshop      aaaa\n          b\n'],
    [
      'table {{.Names | upper}} {{join .Mounts ","}}',
      'NAMES MOUNTS\nWEB x,y\nDATABASE \n'.replace(' \n', '\n'),
    ],
    ['table {{.ID}}\\t{{.PodName}}', 'CONTAINER ID  POD NAME\naaaa          shop\nb\n'],
  ];
  for (const [format, expected] of table) {
    it(format, () => assert.equal(renderFormat({ format, items, headings }), expected));
  }

  it('prints JSON', () => {
    assert.deepEqual(JSON.parse(renderFormat({ format: 'json', items })), items);
    assert.equal(renderFormat({ format: 'json', items: [] }), '[]\n');
  });

  it('prints only headings, or nothing, for no items', () => {
    assert.equal(renderFormat({ format: 'table {{.ID}}', items: [], headings }), 'CONTAINER ID\n');
    assert.equal(renderFormat({ format: 'table {{.ID}}', items: [], heading: false }), '');
    assert.equal(renderFormat({ format: '{{.ID}}', items: [] }), '');
  });

  it('refuses unknown fields', () => {
    for (const format of ['{{.Nope}}', 'table {{.Nope}}', '{{range .}}{{.Nope}}{{end}}']) {
      assert.throws(
        () => renderFormat({ format, items }),
        (error) => error instanceof UsageError && error.code === 'BAD_TEMPLATE',
      );
    }
  });
});

describe('renderItem', () => {
  it('prints one thing', () => {
    assert.equal(renderItem('{{.ID}}', { ID: 'a' }), 'a\n');
    assert.equal(renderItem('{{.ID}}\\n', { ID: 'a' }), 'a\n');
    assert.deepEqual(JSON.parse(renderItem('json', { ID: 'a' })), { ID: 'a' });
  });
});

describe('renderTable', () => {
  it('aligns wide and combining characters', () => {
    const rows = [
      ['名前', 'x'],
      ['e\u0301', 'y'],
      ['😀', 'z'],
    ];
    assert.equal(renderTable(rows), '名前  x\ne\u0301     y\n😀    z\n');
  });

  it('shows control characters, and keeps a row on one line', () => {
    assert.equal(renderTable([['a\u001b[31m', 'b\nc']]), 'a\\x1b[31m  b\\nc\n');
  });
});

describe('visible', () => {
  it('escapes what a terminal would act on', () => {
    assert.equal(visible('a\tb\nc\u0000\u001b\u007f\u009b\u202e\r'), 'a\tb\nc\\x00\\x1b\\x7f\\x9b\\u202e\\r');
    assert.equal(visibleLine('a\tb\nc'), 'a\\tb\\nc');
    assert.equal(visible('é名😀'), 'é名😀');
  });
});

describe('displayWidth', () => {
  const table: readonly [text: string, width: number][] = [
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['名前', 4],
    ['ｱ', 1],
    ['Ａ', 2],
    ['😀', 2],
    ['…', 1],
  ];
  for (const [text, width] of table) it(JSON.stringify(text), () => assert.equal(displayWidth(text), width));
});
