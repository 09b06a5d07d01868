import type { Page } from './page.ts';

/** What matters inside a flow collection: quoted text, comments and brackets. */
const mark = /"(?:[^"\\]|\\.)*"|(?<=[\s[{,:])'(?:[^']|'')*'|(?<=\s)#[^\n]*|[[\]{}]/gs;

/**
 * Kubernetes does not ask that a flow collection or a quoted text that goes on over several lines be indented more
 * than its key; YAML 1.2 does. The page with the lines of the one that starts at an offset indented enough, or
 * undefined where it does not end or stands on one line. Indentation means nothing inside of either.
 */
export function indentAnew(page: Page, start: number): Page | undefined {
  const end = endOf(page.text, start);
  if (end === undefined) return undefined;
  const lineStart = page.text.lastIndexOf('\n', start) + 1;
  return page.indented({ start, end, width: start - lineStart + 1 });
}

function endOf(text: string, start: number): number | undefined {
  mark.lastIndex = start;
  let depth = 0;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    const [found] = match;
    if (found === '[' || found === '{') depth += 1;
    else if (found === ']' || found === '}') depth -= 1;
    if (depth <= 0 && !found.startsWith('#')) return mark.lastIndex;
  }
  return undefined;
}
