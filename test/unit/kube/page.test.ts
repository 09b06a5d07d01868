import assert from 'node:assert/strict';
import { Page } from '../../../src/kube/page.ts';
import { splitDocuments } from '../../../src/kube/split.ts';

describe('kube/page', () => {
  const page = new Page({ file: 'a.yaml', firstLine: 10, text: 'one: 1\ntwo: [2,\n  3]\n' });

  it('gives the place of any offset', () => {
    assert.deepEqual(page.place(0, 3), { line: 10, column: 1, length: 3, source: 'one: 1' });
    assert.deepEqual(page.place(12, 8), { line: 11, column: 6, length: 3, source: 'two: [2,' });
    assert.deepEqual(page.place(page.text.length, 1), { line: 13, column: 1, length: 1, source: '' });
  });

  it('gives the place in a part as in the whole', () => {
    const part = page.part(5, 12);
    assert.deepEqual(part.place(0, 1), { line: 10, column: 6, length: 1, source: '     1' });
    assert.deepEqual(part.place(2, 3), { line: 11, column: 1, length: 3, source: 'two: ' });
  });

  it('keeps the places of the file in a page that was indented', () => {
    const flat = new Page({ file: 'a', firstLine: 1, text: 'x: [a,\nbb]\nc: d\n' });
    const indented = flat.indented({ start: 3, end: 10, width: 4 });
    assert.ok(indented);
    assert.equal(indented.text, 'x: [a,\n    bb]\nc: d\n');
    assert.deepEqual(indented.place(11, 2), flat.place(7, 2));
    assert.deepEqual(indented.place(15, 1), flat.place(11, 1));
    assert.equal(flat.indented({ start: 0, end: 4, width: 4 }), undefined);
  });

  it('shows no character that moves a terminal', () => {
    const { source } = new Page({ file: 'a', firstLine: 1, text: 'a\u001b[31m\u0085\u202eb' }).place(0, 1);
    assert.equal(source, 'a\u241b[31m\ufffd\ufffdb');
  });

  it('hides what a Secret may hold', () => {
    const text = 'kind: Secret\ndata:\n  k: v\n  |\n  block\n- "q": v\nmetadata: {name: s}\n';
    const secret = new Page({ file: 'a', firstLine: 1, text });
    const starts = [...text.matchAll(/^.*$/gm)].map(({ index }) => secret.place(index, 1).source);
    assert.deepEqual(starts.slice(0, 7), [
      'kind: Secret',
      'data:',
      '  k: <hidden>',
      '   <hidden>',
      '   <hidden>',
      '- "q": <hidden>',
      'metadata: {name: s}',
    ]);
  });
});

describe('kube/split', () => {
  const split = (text: string) => splitDocuments({ name: 'a', text });
  it('leaves out documents without anything', () => {
    assert.deepEqual(split('---\n# a\n---\n\n').pages, []);
  });
  it('cuts at separators and keeps line numbers', () => {
    const { pages } = split('a: 1\r\n--- # note\r\nb: 2\n---\t\nc: 3');
    assert.deepEqual(
      pages.map(({ firstLine, text }) => [firstLine, text]),
      [
        [1, 'a: 1\n'],
        [3, 'b: 2\n'],
        [5, 'c: 3\n'],
      ],
    );
  });
  it('cuts between JSON objects, but not in flow maps that are none', () => {
    const { pages } = split('{"a": "}{"} {"b": {}}\n{"c": 1}\n');
    assert.deepEqual(
      pages.map((page) => [page.place(page.text.search(/\S/), 1).line, page.text.trim()]),
      [
        [1, '{"a": "}{"}'],
        [1, '{"b": {}}'],
        [2, '{"c": 1}'],
      ],
    );
    assert.equal(split("{a: '} {'}\n").pages.length, 1);
  });
  it('refuses files and documents beyond their limits', () => {
    for (const text of ['x'.repeat(64 * 1024 * 1024 + 1), `a: ${'x'.repeat(4 * 1024 * 1024)}`]) {
      const { pages, faults } = split(text);
      assert.deepEqual(pages, []);
      assert.deepEqual(
        faults.map(({ code }) => code),
        ['YAML_LIMIT'],
      );
    }
  });
});
