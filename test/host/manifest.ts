/** A manifest written in the code's indentation, which is taken off. */
export function manifest(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const text = String.raw({ raw: parts }, ...values).replace(/^\n/, '');
  const indents = text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [/^ */.exec(line)?.[0].length ?? 0]));
  const indent = Math.min(...indents);
  return text
    .split('\n')
    .map((line) => line.slice(indent))
    .join('\n')
    .replace(/\n *$/, '\n');
}
