import type { RegistriesSettings } from '../config/registries-settings.ts';
import type { ImageStore, ImageUser, StoredImage } from '../contracts/image-store.ts';
import type { RemovedImage } from '../contracts/images.ts';
import { ImageError } from '../errors/image-error.ts';
import { findImage } from './find-image.ts';
import { imageNotFound } from './image-not-found.ts';

export interface RemoveRequest {
  readonly name: string;
  readonly force: boolean;
  readonly allNames: boolean;
  readonly registries: RegistriesSettings;
}

/** What has to happen to an image: which names go, and whether it goes itself. */
interface Removal {
  readonly untagged: readonly string[];
  readonly deleted: boolean;
}

/**
 * Removes a name of an image, and with the last one the image. An image named by its id loses all names. One that
 * containers stand on stays: without `force` that is IMAGE_IN_USE, with it only the names go, and the image remains
 * without a name until its containers are gone. Throws ImageError IMAGE_NOT_FOUND, IMAGE_IN_USE, IMAGE_AMBIGUOUS.
 */
export async function removeImage(store: ImageStore, request: RemoveRequest): Promise<RemovedImage> {
  const found = findImage((await store.view()).images, request.name, request.registries);
  if (found === undefined) throw imageNotFound(request.name, { exitCode: 1 });
  let removal: Removal = { untagged: [], deleted: false };
  await store.change(found.image.id, (image, users) => {
    removal = planRemoval({
      image,
      users,
      name: found.name,
      force: request.force,
      allNames: request.allNames,
    });
    if (removal.deleted) return { type: 'delete' };
    return { type: 'names', names: image.names.filter((name) => !removal.untagged.includes(name)) };
  });
  return { untagged: removal.untagged, deleted: removal.deleted ? [found.image.id] : [] };
}

/** Decides what a removal does. Throws ImageError IMAGE_IN_USE, IMAGE_AMBIGUOUS. */
export function planRemoval({
  image,
  users,
  name,
  force,
  allNames = false,
}: {
  readonly image: StoredImage;
  readonly users: readonly ImageUser[];
  /** The name it was asked for by; undefined if by its id. */
  readonly name: string | undefined;
  readonly force: boolean;
  readonly allNames?: boolean;
}): Removal {
  if (name !== undefined && image.names.length > 1) return { untagged: [name], deleted: false };
  if (name === undefined && image.names.length > 1 && !force && !allNames) throw severalNames(image);
  const deleted = users.length === 0;
  if (!deleted && !force) throw inUse(image, users);
  return { untagged: image.names, deleted };
}

function severalNames({ id, names }: StoredImage): ImageError {
  return new ImageError({
    code: 'IMAGE_AMBIGUOUS',
    message: `image ${id.slice(0, 12)} has several names: ${names.join(', ')}`,
    hint: 'name the one to remove, or remove all with --force',
  });
}

function inUse({ id, names }: StoredImage, users: readonly ImageUser[]): ImageError {
  const listed = users.slice(0, 5).map(described).join(', ');
  const more = users.length > 5 ? ` and ${users.length - 5} more` : '';
  return new ImageError({
    code: 'IMAGE_IN_USE',
    exitCode: 2,
    message: `image ${names[0] ?? id.slice(0, 12)} is in use by ${listed}${more}`,
    hint: users.some(({ type }) => type === 'ours')
      ? 'remove those pods first, or take only its names away with --force'
      : 'remove those containers with the tool that made them, or take only its names away with --force',
  });
}

function described({ name, type }: ImageUser): string {
  const texts: Readonly<Record<ImageUser['type'], string>> = {
    ours: `container ${name}`,
    foreign: `container ${name} of another tool`,
    mounted: `a mount on ${name}`,
  };
  return texts[type];
}
