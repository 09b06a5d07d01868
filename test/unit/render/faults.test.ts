import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Fault, ManifestError } from '../../../src/errors/manifest-error.ts';
import { UsageError } from '../../../src/errors/usage-error.ts';
import { renderError, renderWarning } from '../../../src/render/errors.ts';
import { renderFaults } from '../../../src/render/faults.ts';
import { styleFor } from '../../../src/render/style.ts';

const plain = styleFor({}, {});

function fault(changes: Partial<Fault> = {}): Fault {
  return {
    severity: 'error',
    code: 'WRONG_TYPE',
    message: 'expected a string, found a number',
    file: 'app.yaml',
    line: 7,
    column: 14,
    length: 2,
    source: '      image: 42',
    path: 'spec.containers[0].image',
    ...changes,
  };
}

describe('renderFaults', () => {
  it('tells place, source, underline, path and hint', () => {
    assert.equal(
      renderFaults([fault({ hint: 'quote it' })], plain),
      [
        'app.yaml:7:14: error: expected a string, found a number',
        '   7 |       image: 42',
        '     |              ^^',
        '  spec.containers[0].image',
        '  hint: quote it',
        '',
      ].join('\n'),
    );
  });

  it('keeps the order of files, and sorts inside one', () => {
    const faults = [
      fault({ file: 'b.yaml', line: 2 }),
      fault({ file: 'a.yaml', line: 9 }),
      fault({ file: 'b.yaml', line: 1, severity: 'warning' }),
    ];
    const places = renderFaults(faults, plain)
      .split('\n')
      .filter((line) => line.includes('.yaml:'))
      .map((line) => line.split(':').slice(0, 4).join(':'));
    assert.deepEqual(places, ['b.yaml:1:14: warning', 'b.yaml:2:14: error', 'a.yaml:9:14: error']);
  });

  const underlined: readonly [name: string, changes: Partial<Fault>, source: string, marks: string][] = [
    ['wide characters', { source: '名前: 42', column: 5 }, '名前: 42', '      ^^'],
    ['tabs', { source: '\tk: 42', column: 5 }, '\\tk: 42', '     ^^'],
    ['escape sequences', { source: 'k: \u001b[2J', column: 4, length: 4 }, 'k: \\x1b[2J', '   ^^^^^^^'],
    ['a fault behind the end', { source: 'kind:', column: 6, length: 1 }, 'kind:', '     ^'],
    ['no length', { source: 'kind:', column: 1, length: 0 }, 'kind:', '^'],
  ];
  for (const [name, changes, source, marks] of underlined) {
    it(`underlines with ${name}`, () => {
      const lines = renderFaults([fault(changes)], plain).split('\n');
      assert.deepEqual(
        lines.slice(1, 3).map((line) => line.slice(7)),
        [source, marks],
      );
    });
  }

  it('cuts long lines around the fault', () => {
    const source = `${'a'.repeat(500)}42${'b'.repeat(500)}`;
    const [, shown = '', marks = ''] = renderFaults([fault({ source, column: 501 })], plain).split('\n');
    assert.ok(shown.length < 120);
    assert.equal(shown.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1), '42');
  });

  it('shows no source for an empty document, and names standard input', () => {
    assert.equal(
      renderFaults([fault({ file: '-', line: 1, column: 1, source: '', path: '' })], plain),
      '<stdin>:1:1: error: expected a string, found a number\n',
    );
  });
});

describe('renderError', () => {
  const view = { style: plain, verbose: false };

  it('tells message and hint', () => {
    const error = new UsageError({
      code: 'UNKNOWN_FLAG',
      message: 'unknown flag --al',
      hint: 'did you mean --all?',
    });
    assert.equal(renderError(error, view), 'Error: unknown flag --al\nHint: did you mean --all?\n');
  });

  it('tells the faults of a manifest first', () => {
    const lines = renderError(new ManifestError([fault()]), view).split('\n');
    assert.match(lines[0] ?? '', /^app\.yaml:7:14/);
    assert.match(lines.at(-2) ?? '', /^Error: /);
  });

  it('tells what the system refused', () => {
    assert.throws(
      () => readFileSync('/nonexistent/x'),
      (error) => {
        assert.equal(renderError(error, view), 'Error: open /nonexistent/x: no such file or directory\n');
        return true;
      },
    );
  });

  it('tells each of several', () => {
    const [a, b] = ['a', 'b'].map((message) => new UsageError({ code: 'BAD_ARGUMENT', message }));
    assert.equal(renderError(new AggregateError([a, b]), view), 'Error: a\nError: b\n');
  });

  it('never lets control characters through', () => {
    const error = new UsageError({
      code: 'BAD_ARGUMENT',
      message: 'a\u001b]0;x\u0007b\u202ec\r',
      hint: '\u009b2J',
    });
    assert.equal(renderError(error, view), 'Error: a\\x1b]0;x\\x07b\\u202ec\nHint: \\x9b2J\n');
  });

  it('shows stacks and causes only when asked', () => {
    const error = new TypeError('outer', { cause: new Error('inner') });
    assert.doesNotMatch(renderError(error, view), /inner|faults\.test/);
    assert.match(renderError(error, { ...view, verbose: true }), /faults\.test.*inner/s);
  });

  it('is coloured only on a terminal that wants it', () => {
    const coloured = (tty: boolean, environment: Record<string, string>) =>
      renderWarning('x', styleFor({ isTTY: tty }, environment)).includes('\u001b');
    assert.deepEqual(
      [
        coloured(true, {}),
        coloured(false, {}),
        coloured(true, { NO_COLOR: '1' }),
        coloured(true, { TERM: 'dumb' }),
      ],
      [true, false, false, false],
    );
  });
});
