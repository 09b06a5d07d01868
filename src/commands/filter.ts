import { UsageError } from '../errors/usage-error.ts';

/**
 * Reads the values of --filter, `NAME=VALUE` each. Values of one name are alternatives; different names have all to fit.
 * Throws UsageError BAD_FLAG_VALUE for a name that is not among the known ones.
 */
export function readFilters<const Name extends string>(
  texts: readonly string[],
  known: readonly Name[],
): ReadonlyMap<Name, readonly string[]> {
  const filters = new Map<Name, string[]>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    const name = known.find((candidate) => candidate === text.slice(0, equals));
    if (equals < 0 || name === undefined) {
      throw new UsageError({
        code: 'BAD_FLAG_VALUE',
        message: `wrong value for --filter: ${JSON.stringify(text)}`,
        hint: `write NAME=VALUE; names are ${[...known].sort().join(', ')}`,
      });
    }
    filters.set(name, [...(filters.get(name) ?? []), text.slice(equals + 1)]);
  }
  return filters;
}

/** Whether labels have one of the wanted ones, each `KEY` or `KEY=VALUE`. */
export function matchesLabel(labels: Readonly<Record<string, string>>, wanted: readonly string[]): boolean {
  return wanted.some((text) => {
    const equals = text.indexOf('=');
    if (equals < 0) return Object.hasOwn(labels, text);
    const key = text.slice(0, equals);
    return Object.hasOwn(labels, key) && labels[key] === text.slice(equals + 1);
  });
}
