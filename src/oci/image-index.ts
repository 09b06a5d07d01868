import { ImageError } from '../errors/image-error.ts';
import { type Descriptor, parseDescriptor } from './descriptor.ts';
import { type Field, items, member, optional, strings } from './fields.ts';
import { formatPlatform, type Platform, platformRank } from './platform.ts';

/** Manifests of one image for many platforms: an OCI index or a Docker manifest list (OCI image spec, image-index.md). */
export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads an index out of a document whose version and type are known. Throws ImageError with the document's code. */
export function readIndex(field: Field, mediaType: string): ImageIndex {
  const annotations = optional(member(field, 'annotations'), strings);
  return Object.freeze({
    schemaVersion: 2,
    mediaType,
    manifests: Object.freeze(items(member(field, 'manifests')).map(parseDescriptor)),
    ...(annotations === undefined ? {} : { annotations }),
  });
}

/**
 * The manifest that serves a platform best; of equals the first. An index of one manifest without a platform serves
 * every platform. Throws ImageError NO_MATCHING_PLATFORM, whose hint lists what there is.
 */
export function selectManifest(index: ImageIndex, wanted: Platform): Descriptor {
  const ranked = index.manifests
    .map((manifest) => ({ manifest, rank: manifest.platform && platformRank(wanted, manifest.platform) }))
    .filter((entry): entry is { manifest: Descriptor; rank: number } => entry.rank !== undefined)
    .sort((one, other) => one.rank - other.rank);
  const only = index.manifests.length === 1 ? index.manifests[0] : undefined;
  const chosen = ranked[0]?.manifest ?? (only?.platform === undefined ? only : undefined);
  if (chosen !== undefined) return chosen;
  const offered = index.manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === 'unknown' ? [] : [formatPlatform(platform)],
  );
  throw new ImageError({
    code: 'NO_MATCHING_PLATFORM',
    message: `the image is not made for ${formatPlatform(wanted)}`,
    hint: offered.length === 0 ? 'it lists no platforms' : `it is made for ${offered.join(', ')}`,
  });
}
