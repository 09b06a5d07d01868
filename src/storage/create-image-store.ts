import { join } from 'node:path';
import type { ImageChange, ImageStore, ImageUser, StoredImage } from '../contracts/image-store.ts';
import { ImageError } from '../errors/image-error.ts';
import { faultPoint } from '../host/fault.ts';
import { readFile, removeTree } from '../host/files.ts';
import { bigDataName } from './big-data-name.ts';
import { Journal } from './journal.ts';
import { layerIds } from './layer-id.ts';
import { type Layout, layoutOf } from './layout.ts';
import type { ImageRecord } from './record.ts';
import { recover } from './recover.ts';
import { removeFolder, retireLayers, unneededLayers } from './retire.ts';
import { openStaging } from './staging.ts';
import { storeWork } from './store-work.ts';
import { everything, read, type Transaction, transact } from './transaction.ts';
import { storedImage, usersOf, viewOf } from './view.ts';

export interface StoreOptions {
  /** containers/storage's graph root, such as /var/lib/containers/storage. */
  readonly root: string;
  /** Its run root, such as /run/containers/storage. */
  readonly runroot: string;
  /** Our own lasting folder; journals of the work on the store are kept below it. */
  readonly stateFolder: string;
}

/** No manifest or image configuration is larger. */
const maxDocument = 16 * 1024 * 1024;

/** Images and layers in a containers/storage store. Nothing is read or made before it is asked for. */
export function createImageStore(options: StoreOptions): ImageStore {
  const layout = layoutOf(options);
  const journals = join(options.stateFolder, 'storage');
  return {
    view: () => storeWork(async () => viewOf(read(layout))),
    data: (imageId, key) =>
      storeWork(async () => readFile(join(layout.images, imageId, bigDataName(key)), maxDocument)),
    present: (diffDigests) =>
      storeWork(async () => {
        const { layers } = viewOf(read(layout));
        const absent = layerIds(diffDigests).findIndex((id) => !layers.has(id));
        return absent < 0 ? diffDigests.length : absent;
      }),
    stage: () =>
      storeWork(async () => {
        await recover(layout, journals);
        return await openStaging(layout, journals);
      }),
    change: (imageId, decide) =>
      storeWork(async () => {
        await recover(layout, journals);
        await changeImage(layout, { journals, imageId, decide });
      }),
    recover: () => storeWork(() => recover(layout, journals)),
  };
}

interface ChangeRequest {
  readonly journals: string;
  readonly imageId: string;
  readonly decide: (image: StoredImage, users: readonly ImageUser[]) => ImageChange;
}

async function changeImage(layout: Layout, { journals, imageId, decide }: ChangeRequest): Promise<void> {
  using journal = await Journal.open(journals);
  const rubbish = await transact(layout, everything, async (transaction) => {
    const image = transaction.images.get(imageId);
    if (image === undefined) throw notFound(imageId);
    const change = decide(storedImage(image), usersOf(transaction, image));
    switch (change.type) {
      case 'names':
        await rename(transaction, image, change.names);
        return [];
      case 'delete':
        return await remove(transaction, image, journal);
    }
  });
  for (const name of rubbish) await removeFolder(layout, name);
  journal.finish();
}

async function rename(transaction: Transaction, image: ImageRecord, names: readonly string[]): Promise<void> {
  const { images } = transaction;
  for (const other of images.all()) {
    const kept = other.names?.filter((name) => !names.includes(name)) ?? [];
    if (other.id !== image.id && kept.length !== (other.names?.length ?? 0))
      images.put({ ...other, names: kept });
  }
  const history = [...new Set([...names, ...(image['names-history'] ?? [])])];
  images.put({ ...image, names, 'names-history': history });
  await transaction.save('images');
}

/** Record first: documents and layers without a record harm nobody, a record without them does. */
async function remove(
  transaction: Transaction,
  image: ImageRecord,
  journal: Journal,
): Promise<readonly string[]> {
  const { images, layout } = transaction;
  images.remove(image.id);
  const ids = unneededLayers(transaction, [image.layer]);
  journal.add({ type: 'image', id: image.id }, ...ids.map((id) => ({ type: 'layer', id }) as const));
  await transaction.save('images');
  faultPoint('storage.image-unrecorded');
  await removeTree(join(layout.images, image.id));
  const rubbish = await retireLayers(transaction, { ids, journal });
  faultPoint('storage.layers-retired');
  return rubbish;
}

function notFound(id: string): ImageError {
  return new ImageError({
    code: 'IMAGE_NOT_FOUND',
    message: `image ${id.slice(0, 12)} is no longer in the store`,
    hint: 'another program has removed it; see pod images',
  });
}
