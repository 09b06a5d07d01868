import { join } from 'node:path';
import { removeTree } from '../host/files.ts';
import { Journal, type Trace } from './journal.ts';
import type { Layout } from './layout.ts';
import { removeFolder, retireLayers, unneededLayers } from './retire.ts';
import { everything, type Transaction, transact } from './transaction.ts';

/**
 * Removes what dead commands have begun and not finished: folders that no record names, layers that no image came to
 * use, documents of images without a record. What they finished stays.
 */
export async function recover(layout: Layout, journals: string): Promise<void> {
  for (const journal of Journal.abandoned(journals)) {
    using dead = journal;
    const traces = dead.traces();
    const layers = traces.some(({ type }) => type === 'layer');
    const images = traces.some(({ type }) => type === 'image');
    const retired =
      layers || images
        ? await transact(layout, everything, (transaction) => undo(transaction, { traces, journal: dead }))
        : [];
    const folders = traces.flatMap((trace) => (trace.type === 'folder' ? [trace.name] : []));
    for (const name of [...folders, ...retired]) await removeFolder(layout, name);
    dead.finish();
  }
}

async function undo(
  transaction: Transaction,
  { traces, journal }: { readonly traces: readonly Trace[]; readonly journal: Journal },
): Promise<readonly string[]> {
  const { layers, images, layout } = transaction;
  const ids = (type: 'layer' | 'image') =>
    new Set(traces.flatMap((trace) => (trace.type === type ? [trace.id] : [])));
  for (const id of ids('image')) {
    if (images.get(id) === undefined) await removeTree(join(layout.images, id));
  }
  const made = ids('layer');
  const unneeded = new Set(unneededLayers(transaction, [...made].reverse()));
  const undone = [...made].filter((id) => layers.get(id) === undefined || unneeded.has(id));
  return await retireLayers(transaction, { ids: undone, journal });
}
