/** What stands for the values in the heading line of a table: every field of it is a heading again. */
export interface Heading {
  readonly heading: (field: string) => Heading;
  toString(): string;
  toJSON(): string;
}

export function isHeading(value: unknown): value is Heading {
  return (
    typeof value === 'object' && value !== null && 'heading' in value && typeof value.heading === 'function'
  );
}

/**
 * How Go sees our data. A plain object whose keys all start with a capital letter is a struct: its fields are known,
 * and asking for another one is an error. Every other object, and an empty one, is a map.
 */
export function isStruct(value: object): boolean {
  if (value instanceof Map || Array.isArray(value) || value instanceof Date) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[A-Z]\w*$/.test(key));
}

/** Entries of a map in the order of their keys, as Go walks and prints them. */
export function mapEntries(value: object): [unknown, unknown][] {
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return entries.sort(([a], [b]) => (typeof a === 'number' && typeof b === 'number' ? a - b : compare(a, b)));
}

function compare(a: unknown, b: unknown): number {
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Text of a value as `fmt` prints it with %v: `[a b]`, `map[k:v]`, `{x y}`, `<nil>`, `true`. */
export function goText(value: unknown): string {
  if (value === undefined) return '<no value>';
  if (value === null) return '<nil>';
  if (value instanceof Date) return goTime(value);
  if (Array.isArray(value)) return `[${value.map(nested).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  if (isHeading(value)) return value.toString();
  if (isStruct(value)) return `{${Object.values(value).filter(isData).map(nested).join(' ')}}`;
  return `map[${mapEntries(value)
    .map(([key, item]) => `${nested(key)}:${nested(item)}`)
    .join(' ')}]`;
}

function nested(value: unknown): string {
  return value === undefined ? '<nil>' : goText(value);
}

function isData(value: unknown): boolean {
  return typeof value !== 'function';
}

/** `2006-01-02 15:04:05.999 +0000 UTC`, as time.Time prints itself. */
function goTime(time: Date): string {
  const [day = '', clock = ''] = time.toISOString().split('T');
  return `${day} ${clock.replace('Z', '').replace(/\.?0+$/, (zeros) => (clock.includes('.') ? '' : zeros))} +0000 UTC`;
}

/** Go's truth: false, 0, nil, and what is empty are false; a struct is true. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (typeof value === 'object') return value instanceof Date || Object.keys(value).length > 0;
  return Boolean(value);
}
