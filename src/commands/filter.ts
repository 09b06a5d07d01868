import { UsageError } from '../errors/usage-error.ts';

/**
 * Gathers what --filter gave, name and value each. Values of one name are alternatives; different names have all to fit.
 * Throws UsageError BAD_FLAG_VALUE for a name that is not among the known ones.
 */
export function gatherFilters<const Name extends string>(
  given: readonly (readonly [name: string, value: string])[],
  known: readonly Name[],
): ReadonlyMap<Name, readonly string[]> {
  const filters = new Map<Name, string[]>();
  for (const [written, value] of given) {
    const name = known.find((candidate) => candidate === written);
    if (name === undefined) {
      throw new UsageError({
        code: 'BAD_FLAG_VALUE',
        message: `unknown filter ${JSON.stringify(written)}`,
        hint: `filters are ${[...known].sort().join(', ')}`,
      });
    }
    filters.set(name, [...(filters.get(name) ?? []), value]);
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
