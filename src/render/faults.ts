import type { Fault } from '../errors/manifest-error.ts';
import type { Style } from './style.ts';
import { visibleLine } from './visible.ts';
import { displayWidth } from './width.ts';

/** Long source lines are cut to this many columns around the fault. */
const sourceWidth = 100;

/**
 * Tells findings about manifests, in the order of files, lines and columns, each like
 *
 *     app.yaml:7:14: error: expected a string, found a number
 *        7 |       image: 42
 *          |              ^^
 *       spec.containers[0].image
 *       hint: quote it
 *
 * Ends with a line feed unless there are none.
 */
export function renderFaults(faults: readonly Fault[], style: Style): string {
  const order = new Map(faults.map(({ file }, index) => [file, index] as const).reverse());
  const sorted = [...faults].sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
  return sorted.map((fault) => renderFault(fault, style)).join('\n');
}

function renderFault(fault: Fault, style: Style): string {
  const word = fault.severity === 'error' ? style.red('error') : style.yellow('warning');
  const place = `${fault.file === '-' ? '<stdin>' : visibleLine(fault.file)}:${fault.line}:${fault.column}`;
  const lines = [`${style.bold(place)}: ${word}: ${visibleLine(fault.message)}`, ...excerpt(fault, style)];
  if (!fault.message.includes(fault.path)) lines.push(`  ${style.dim(visibleLine(fault.path))}`);
  if (fault.hint !== undefined) lines.push(`  ${style.cyan('hint')}: ${visibleLine(fault.hint)}`);
  return `${lines.join('\n')}\n`;
}

/** The source line and what is underlined in it. Nothing for an empty document. */
function excerpt({ line, column, length, source, severity }: Fault, style: Style): string[] {
  if (source.trim() === '') return [];
  const start = Math.max(0, column - 1 - sourceWidth / 2);
  const shown = source.slice(start, start + sourceWidth);
  const before = visibleLine(shown.slice(0, column - 1 - start));
  const marked = visibleLine(shown.slice(column - 1 - start, column - 1 - start + Math.max(1, length)));
  const after = visibleLine(shown.slice(column - 1 - start + Math.max(1, length)));
  const [head, tail] = [start > 0 ? '…' : '', start + sourceWidth < source.length ? '…' : ''];
  const number = String(line).padStart(4);
  const gutter = style.dim(`${number} |`);
  const blank = style.dim(`${' '.repeat(number.length)} |`);
  const caret = '^'.repeat(Math.max(1, displayWidth(marked)));
  const paint = severity === 'error' ? style.red : style.yellow;
  return [
    `${gutter} ${head}${before}${marked}${after}${tail}`,
    `${blank} ${' '.repeat(head.length + displayWidth(before))}${paint(caret)}`,
  ];
}
