import { ImageError } from '../errors/image-error.ts';
import { type Descriptor, parseDescriptor } from './descriptor.ts';
import { count, document, type Field, items, member, optional, string, strings, wrong } from './fields.ts';
import { type ImageIndex, readIndex } from './image-index.ts';
import { indexTypes, manifestTypes, mediaTypes } from './media-types.ts';

/** A manifest of one image, Docker schema 2 or OCI (OCI image spec, manifest.md). Layers are lowest first. */
export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export type ManifestDocument =
  | { readonly type: 'manifest'; readonly manifest: ImageManifest }
  | { readonly type: 'index'; readonly index: ImageIndex };

/**
 * Reads a manifest or an index of manifests. `mediaType` is what its sender called it; without one the document's own
 * word counts, or its shape. A document that says it is something else, or is both at once (CVE-2021-41190), is
 * refused. Throws ImageError MANIFEST_INVALID.
 */
export function parseManifest(bytes: Uint8Array, mediaType?: string): ManifestDocument {
  const field = document(bytes, { path: 'manifest', code: 'MANIFEST_INVALID' });
  const version = count(member(field, 'schemaVersion'));
  if (version === 1) throw oldSchema();
  if (version !== 2) throw wrong(member(field, 'schemaVersion'), '2');
  const type = typeOf(field, mediaType);
  if (indexTypes.includes(type)) return { type: 'index', index: readIndex(field, type) };
  if (manifestTypes.includes(type)) return { type: 'manifest', manifest: readManifest(field, type) };
  throw new ImageError({
    code: 'MANIFEST_INVALID',
    message: `${type} is not a manifest that pod can read`,
    hint: 'Docker schema 2 and OCI images can be run',
  });
}

/** Prints a document as registries and archives keep it: its sha256 is the image's digest. */
export function formatManifest(value: ImageManifest | ImageIndex): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function typeOf(field: Field, mediaType: string | undefined): string {
  const [config, layers, manifests] = ['config', 'layers', 'manifests'].map(
    (name) => member(field, name).value,
  );
  const isIndex = manifests !== undefined;
  if (isIndex && (config !== undefined || layers !== undefined)) {
    throw wrong(field, 'either a manifest or an index: it claims to be both');
  }
  const shape = isIndex ? mediaTypes.ociIndex : mediaTypes.ociManifest;
  const own = optional(member(field, 'mediaType'), string);
  const type = own ?? mediaType ?? shape;
  if (own !== undefined && mediaType !== undefined && own !== mediaType) {
    throw wrong(member(field, 'mediaType'), `${mediaType}, as which it was sent`);
  }
  if (isIndex !== indexTypes.includes(type)) throw wrong(field, `a ${type}`);
  return type;
}

function readManifest(field: Field, mediaType: string): ImageManifest {
  const annotations = optional(member(field, 'annotations'), strings);
  return Object.freeze({
    schemaVersion: 2,
    mediaType,
    config: parseDescriptor(member(field, 'config')),
    layers: Object.freeze(items(member(field, 'layers')).map(parseDescriptor)),
    ...(annotations === undefined ? {} : { annotations }),
  });
}

function oldSchema(): ImageError {
  return new ImageError({
    code: 'MANIFEST_INVALID',
    message: 'the image has a manifest of Docker schema 1, which was retired in 2017',
    hint: 'push it again with a current tool, or copy it with skopeo from where it was built',
  });
}
