import { humanSize } from './size.ts';

export interface PrunedView {
  readonly removed: readonly string[];
  readonly bytes: number;
}

/** What `system prune` removed, kind by kind as Podman heads it, and how much room that made. */
export function renderPruneReport(
  parts: readonly (readonly [heading: string, pruned: PrunedView])[],
): string {
  const lists = parts
    .filter(([, { removed }]) => removed.length > 0)
    .flatMap(([heading, { removed }]) => [heading, ...removed]);
  const bytes = parts.reduce((sum, [, pruned]) => sum + pruned.bytes, 0);
  return `${[...lists, `Total reclaimed space: ${humanSize(bytes)}`].join('\n')}\n`;
}
