/** A URL as it may be shown: without password, query and fragment, which may hold secrets. */
export function printableUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** Text that a stranger sent, as it may be shown on a terminal: one line, no control characters, at most 200 characters. */
export function printableText(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
