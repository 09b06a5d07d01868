/** What became of one item of several. */
export type Outcome = { readonly id: string } | { readonly id: string; readonly error: unknown };

/** Does the same to several items side by side; one that fails does not keep the others from it. */
export async function each<Item>(
  items: readonly Item[],
  { id, act }: { readonly id: (item: Item) => string; readonly act: (item: Item) => Promise<void> },
): Promise<readonly Outcome[]> {
  return Promise.all(
    items.map(async (item) => {
      try {
        await act(item);
        return { id: id(item) };
      } catch (error) {
        return { id: id(item), error };
      }
    }),
  );
}
