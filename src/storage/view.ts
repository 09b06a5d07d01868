import type { ImageUser, StoredImage, StoredLayer, StoreView } from '../contracts/image-store.ts';
import { readOwnerMark } from './owner.ts';
import { type ImageRecord, isIncomplete, type LayerRecord } from './record.ts';
import type { Transaction } from './transaction.ts';

type Records = Pick<Transaction, 'layers' | 'images' | 'containers' | 'mounts'>;

const manifestKey = 'manifest-';

/** The store's records as `contracts/` has them. */
export function viewOf(records: Records): StoreView {
  const layers = records.layers.all().filter((layer) => !isIncomplete(layer));
  const images = records.images.all();
  return {
    images: images.map(storedImage),
    layers: new Map(layers.map((layer) => [layer.id, storedLayer(layer)])),
    users: new Map(images.map((image) => [image.id, usersOf(records, image)])),
  };
}

export function storedImage(record: ImageRecord): StoredImage {
  const { id, names, digest, layer, created } = record;
  const kept = (record['big-data-names'] ?? [])
    .filter((key) => key.startsWith(manifestKey))
    .map((key) => key.slice(manifestKey.length));
  return {
    id,
    names: names ?? [],
    ...(digest === undefined ? {} : { digest }),
    digests: [...new Set([...(digest === undefined ? [] : [digest]), ...kept])],
    ...(layer === undefined || layer === '' ? {} : { layer }),
    created: created ?? '',
    readOnly: false,
  };
}

function storedLayer(record: LayerRecord): StoredLayer {
  const { id, parent } = record;
  const digest = record['diff-digest'];
  const size = record['diff-size'];
  return {
    id,
    ...(parent === undefined || parent === '' ? {} : { parent }),
    ...(digest === undefined || digest === '' ? {} : { diffDigest: digest }),
    ...(size === undefined || size < 0 ? {} : { diffSize: size }),
  };
}

/** Containers made from the image, and mounts of the image itself. */
export function usersOf({ containers, mounts }: Records, image: ImageRecord): readonly ImageUser[] {
  const using = containers.all().filter((container) => container.image === image.id);
  const mounted = mounts.all().filter(({ id }) => id === image.layer);
  return [
    ...using.map((container): ImageUser => {
      const mark = readOwnerMark(container);
      const name = mark?.name ?? container.names?.[0] ?? container.id.slice(0, 12);
      return { id: container.id, name, type: mark === undefined ? 'foreign' : 'ours' };
    }),
    ...mounted.map(({ id, path }): ImageUser => ({ id, name: path, type: 'mounted' })),
  ];
}
