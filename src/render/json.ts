const unsafe = /[\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** JSON for people and programs: two spaces of indentation, control characters escaped. Ends with a line feed. */
export function renderJson(value: unknown): string {
  return `${stringify(value, 2)}\n`;
}

/** JSON on one line, without a line feed. */
export function compactJson(value: unknown): string {
  return stringify(value, undefined);
}

function stringify(value: unknown, indent: number | undefined): string {
  const text = JSON.stringify(value, plain, indent) ?? 'null';
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Maps become objects, and big integers numbers with all their digits. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
