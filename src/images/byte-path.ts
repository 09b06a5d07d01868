/** A byte string as a path for system calls: text where it is ASCII, else its very bytes. */
export function bytePath(name: string): string | Buffer {
  return /^[\x00-\x7f]*$/.test(name) ? name : Buffer.from(name, 'latin1');
}

/**
 * The name of a tar entry as a path inside its root: no leading slash, no empty or `.` parts, `..` taken away
 * lexically and never above the root. Empty for the root itself.
 */
export function within(name: string): string {
  if (!/(^|\/)\.{0,2}(\/|$)/.test(name)) return name;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
