import { type RegistriesSettings, remoteNames } from '../config/registries-settings.ts';
import type { StoredImage } from '../contracts/image-store.ts';
import { ImageError } from '../errors/image-error.ts';
import { ValueError } from '../errors/value-error.ts';
import { isIdPrefix } from '../values/id.ts';
import {
  formatReference,
  isShortName,
  parseReference,
  type Reference,
  repositoryName,
  withDefaultTag,
} from '../values/reference.ts';

/** An image, and the name in the store by which it was found; none if it was found by its id. */
export interface Found {
  readonly image: StoredImage;
  readonly name?: string;
}

/**
 * The image that a name means among those stored. A whole id, a name just as it is stored, `localhost/NAME`, what
 * registries.conf makes of a short name, docker.io's, a unique beginning of an id: the first that is there.
 * Throws ImageError IMAGE_AMBIGUOUS for an id prefix that several images share.
 */
export function findImage(
  images: readonly StoredImage[],
  name: string,
  registries: RegistriesSettings,
): Found | undefined {
  const bare = name.replace(/^sha256:/, '');
  const byId = images.find(({ id }) => id === bare);
  if (byId !== undefined) return { image: byId };
  for (const candidate of candidates(name, registries)) {
    const found = findReference(images, candidate);
    if (found !== undefined) return found;
  }
  return isIdPrefix(bare) ? byPrefix(images, bare) : undefined;
}

/** Full names that a name may have in the store, in the order to look. Empty if it is no name at all. */
function candidates(name: string, registries: RegistriesSettings): readonly Reference[] {
  try {
    const remote = remoteNames(name, registries);
    if (!isShortName(name)) return remote;
    return [parseReference(`localhost/${name}`), ...remote, parseReference(`docker.io/${name}`)];
  } catch (error) {
    // An id prefix need not be a name.
    if (error instanceof ValueError) return [];
    throw error;
  }
}

function findReference(images: readonly StoredImage[], reference: Reference): Found | undefined {
  if (reference.digest !== undefined) return findDigest(images, reference);
  const name = formatReference(withDefaultTag(reference));
  const image = images.find(({ names }) => names.includes(name));
  return image && { image, name };
}

/** An image with that digest which has a name in the repository; a tag before the digest does not count. */
function findDigest(images: readonly StoredImage[], reference: Reference): Found | undefined {
  const { digest = '' } = reference;
  const repository = repositoryName(reference);
  for (const image of images) {
    if (!image.digests.includes(digest)) continue;
    const name = image.names.find((each) => repositoryOf(each) === repository);
    if (name !== undefined) return { image, name };
  }
  return undefined;
}

function repositoryOf(name: string): string | undefined {
  try {
    return repositoryName(parseReference(name));
  } catch (error) {
    // Names in the store were written by other tools; one that is none matches nothing.
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

function byPrefix(images: readonly StoredImage[], prefix: string): Found | undefined {
  const [image, another] = images.filter(({ id }) => id.startsWith(prefix));
  if (image === undefined) return undefined;
  if (another === undefined) return { image };
  throw new ImageError({
    code: 'IMAGE_AMBIGUOUS',
    message: `the ids of several images begin with ${prefix}`,
    hint: 'give more digits; see pod images',
  });
}
