import type { Result } from './duel.ts';
import type { Sample } from './sample.ts';

const HEADINGS = ['', 'pod', 'podman', 'ratio', 'budget', 'goal', 'CPU', 'memory', 'rounds'];

/** The results as a Markdown table that is aligned as text, too. */
export function report(results: readonly Result[]): string {
  const lines = [HEADINGS, ...results.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head = [], ...rest] = lines;
  return [head, rule, ...rest].map((line) => `| ${line.map(aligned(widths)).join(' | ')} |`).join('\n');
}

const aligned = (widths: readonly number[]) => (cell: string, column: number) => {
  const width = widths[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
};

function cells({ row, rounds, samples: { pod, podman } }: Result): readonly string[] {
  return [
    row.title,
    pod === undefined ? '' : time(pod.seconds),
    podman === undefined ? '' : time(podman.seconds),
    share(pod, podman, 'seconds'),
    budget(row.budget),
    row.goal === undefined ? '' : row.goal.toFixed(2),
    share(pod, podman, 'cpu'),
    pod === undefined ? '' : `${pod.memory} MB`,
    String(rounds),
  ];
}

function budget({ seconds, ratio, memory }: Result['row']['budget']): string {
  return [
    ...(seconds === undefined ? [] : [time(seconds)]),
    ...(ratio === undefined ? [] : [ratio.toFixed(2)]),
    ...(memory === undefined ? [] : [`${memory} MB`]),
  ].join(', ');
}

function share(pod: Sample | undefined, podman: Sample | undefined, part: 'seconds' | 'cpu'): string {
  if (pod === undefined || podman === undefined || podman[part] === 0) return '';
  return (pod[part] / podman[part]).toFixed(2);
}

function time(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
}
