import type { RegistriesSettings } from '../config/registries-settings.ts';
import type { ImageStore, StoredImage, StoreView } from '../contracts/image-store.ts';
import type { Image, Images } from '../contracts/images.ts';
import type { Registry } from '../contracts/registry.ts';
import { ImageError } from '../errors/image-error.ts';
import { parseImageConfig } from '../oci/image-config.ts';
import { parseManifest } from '../oci/manifest.ts';
import type { Platform } from '../oci/platform.ts';
import { findImage } from './find-image.ts';
import { imageNotFound } from './image-not-found.ts';
import { importImage } from './import-image.ts';
import { loadImages } from './load-images.ts';
import { localName } from './local-name.ts';
import { pullImage } from './pull-image.ts';
import { removeImage } from './remove-image.ts';

export interface ImagesOptions {
  readonly store: ImageStore;
  readonly registry: Registry;
  readonly registries: RegistriesSettings;
  /** What images are chosen for. */
  readonly platform: Platform;
  /** Where archives that must be read in any order are kept meanwhile. */
  readonly temporaryFolder: string;
}

/** Images over a store and a registry. */
export function createImages(options: ImagesOptions): Images {
  const { store, registries, platform, temporaryFolder } = options;

  const find = async (name: string): Promise<Image | undefined> => {
    const view = await store.view();
    const found = findImage(view.images, name, registries);
    return found && toImage(view, found.image);
  };
  const get = async (name: string): Promise<Image> => {
    const image = await find(name);
    if (image === undefined) throw imageNotFound(name);
    return image;
  };
  const document = async (imageId: string, key: string): Promise<Buffer> => {
    const bytes = await store.data(imageId, key);
    if (bytes === undefined) throw imageNotFound(imageId);
    return bytes;
  };

  const configDigest = async (imageId: string): Promise<string> => {
    const found = parseManifest(await document(imageId, 'manifest'));
    if (found.type === 'index') throw manifestList(imageId);
    return found.manifest.config.digest;
  };

  return {
    find,
    get,
    async list() {
      const view = await store.view();
      return view.images.map((image) => toImage(view, image));
    },
    async size() {
      const { layers } = await store.view();
      return [...layers.values()].reduce((sum, { diffSize = 0 }) => sum + diffSize, 0);
    },
    async config(imageId) {
      const own = await store.data(imageId, `sha256:${imageId}`);
      // The id of an image whose layers were told apart by their table of contents is not its config's digest.
      return parseImageConfig(own ?? (await document(imageId, await configDigest(imageId))));
    },
    async manifest(imageId) {
      return (await document(imageId, 'manifest')).toString('utf8');
    },
    async pull(name, pullOptions) {
      const { id, ...result } = await pullImage(options, name, pullOptions);
      return { ...result, image: await get(id) };
    },
    load: (source) => loadImages(store, { source, platform, temporaryFolder }),
    async import(importOptions) {
      return await get(await importImage(store, { ...importOptions, platform }));
    },
    async tag(name, references) {
      const names = references.map(localName);
      const { id } = await get(name);
      await store.change(id, (image) => ({
        type: 'names',
        names: [...new Set([...names, ...image.names])],
      }));
    },
    remove: (name, { force, allNames = false }) => removeImage(store, { name, force, allNames, registries }),
  };
}

function toImage(view: StoreView, image: StoredImage): Image {
  const { id, names, digest, created, readOnly } = image;
  return {
    id,
    names,
    ...(digest === undefined ? {} : { digest }),
    created,
    readOnly,
    size: sizeOf(view, image),
  };
}

/** Layers without a known size, as other tools may leave them, count as empty. */
function sizeOf({ layers }: StoreView, image: StoredImage): number {
  let size = 0;
  const seen = new Set<string>();
  for (let id = image.layer; id !== undefined; id = layers.get(id)?.parent) {
    if (seen.has(id)) throw cycle(image);
    seen.add(id);
    size += layers.get(id)?.diffSize ?? 0;
  }
  return size;
}

function manifestList(id: string): ImageError {
  return new ImageError({
    code: 'MANIFEST_INVALID',
    message: `${id.slice(0, 12)} is a list of images for several platforms, not an image`,
    hint: 'name one of the images in it',
  });
}

function cycle({ id }: StoredImage): ImageError {
  return new ImageError({
    code: 'LAYER_INVALID',
    kind: 'external',
    message: `the layers of image ${id.slice(0, 12)} lie on each other in a circle`,
    hint: 'the store was damaged; remove the image',
  });
}
