import { visibleLine } from './visible.ts';
import { displayWidth } from './width.ts';

/** Spaces between two columns. */
const gap = 2;

/** Rows with their cells aligned in columns, the last one ragged, no spaces at line ends. Each line ends with a line feed. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(visibleLine));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    }
  }
  return cells.map((row) => `${alignedLine(row, widths)}\n`).join('');
}

function alignedLine(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell) + gap))
    .join('')
    .trimEnd();
}
