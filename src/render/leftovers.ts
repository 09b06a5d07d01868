interface Lines {
  readonly texts: readonly string[];
  /** Whether they were removed. */
  readonly removed: boolean;
}

/** What `system check` found, one line each. Ends with a line feed. */
export function renderLeftovers({ texts, removed }: Lines): string {
  if (texts.length === 0) return 'No leftovers found.\n';
  const count = `${texts.length} ${texts.length === 1 ? 'leftover' : 'leftovers'}`;
  const heading = removed ? `Removed ${count}:` : `Found ${count}, which no pod needs:`;
  return `${[heading, ...texts.map((text) => `  ${text}`)].join('\n')}\n`;
}
