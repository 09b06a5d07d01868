import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { removeFile, removeTree } from '../host/files.ts';
import type { Journal } from './journal.ts';
import { removeLink, retireLayerFolder } from './layer-folder.ts';
import type { Layout } from './layout.ts';
import { isIncomplete } from './record.ts';
import type { Transaction } from './transaction.ts';

/** A name for a folder in `overlay/` that is no layer: as long and as random as an id, so that none can be meant. */
export function folderName(): string {
  return randomBytes(32).toString('hex');
}

/**
 * Takes layers away: first the records, then the folders under names that are in the journal. What remains is done by
 * `removeFolder` for each name returned, without locks. Ids without a record are taken away as well. The transaction
 * holds the locks of storage and layers.
 */
export async function retireLayers(
  transaction: Transaction,
  { ids, journal }: { readonly ids: readonly string[]; readonly journal: Journal },
): Promise<readonly string[]> {
  const { layout, layers } = transaction;
  if (ids.length === 0) return [];
  const retired = ids.map((id) => ({ id, name: folderName() }));
  journal.add(
    ...ids.map((id) => ({ type: 'layer', id }) as const),
    ...retired.map(({ name }) => ({ type: 'folder', name }) as const),
  );
  for (const { id } of retired) layers.remove(id);
  await transaction.save('layers');
  return retired
    .filter((layer) => {
      removeFile(tarSplitPath(layout, layer.id));
      return retireLayerFolder(layout, layer);
    })
    .map(({ name }) => name);
}

/** Layers that a writer has not finished. Whoever holds the lock knows that it is dead. */
export function incompleteLayers({ layers }: Transaction): readonly string[] {
  return layers
    .all()
    .filter(isIncomplete)
    .map(({ id }) => id);
}

/** Those of the chains below `tops`, from their tops down, that no image, container, mount or other layer needs. */
export function unneededLayers(
  transaction: Transaction,
  tops: readonly (string | undefined)[],
): readonly string[] {
  const { layers, images, containers, mounts } = transaction;
  const needed = new Set([...images.all(), ...containers.all()].map(({ layer }) => layer));
  for (const { id } of mounts.all()) needed.add(id);
  const children = new Map<string, number>();
  for (const { parent } of layers.all()) {
    if (parent !== undefined) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const unneeded: string[] = [];
  for (const top of tops) {
    let layer = top === undefined ? undefined : layers.get(top);
    while (layer !== undefined && !needed.has(layer.id) && (children.get(layer.id) ?? 0) === 0) {
      unneeded.push(layer.id);
      const { parent } = layer;
      if (parent === undefined) break;
      children.set(parent, (children.get(parent) ?? 1) - 1);
      layer = layers.get(parent);
    }
  }
  return [...new Set(unneeded)];
}

/** Removes a folder that is no layer, and what belongs to it. May be repeated. */
export async function removeFolder(layout: Layout, name: string): Promise<void> {
  removeLink(layout, name);
  removeFile(tarSplitPath(layout, name));
  await removeTree(join(layout.overlay, name));
}

/** Where a layer's tar-split file is, or that of a layer under construction. */
export function tarSplitPath({ layers }: Layout, id: string): string {
  return join(layers, `${id}.tar-split.gz`);
}
