/**
 * Does one thing for each of many, in order, and does not stop at failures. They are thrown at the end: the only one as
 * it is, several as an AggregateError, so that each is told.
 */
export async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures);
}
