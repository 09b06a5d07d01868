import { createHash } from 'node:crypto';
import type { ImageStore } from '../contracts/image-store.ts';
import { ImageError } from '../errors/image-error.ts';
import { ValueError } from '../errors/value-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { document, type Field, items, member, optional, string } from '../oci/fields.ts';
import { selectManifest } from '../oci/image-index.ts';
import { parseManifest } from '../oci/manifest.ts';
import { mediaTypes } from '../oci/media-types.ts';
import type { Platform } from '../oci/platform.ts';
import { parseDigest, sha256Digest } from '../values/digest.ts';
import { type ImageArchive, openImageArchive } from './image-archive.ts';
import { localName } from './local-name.ts';
import { naming } from './naming.ts';
import { type ImageSource, storeImage } from './store-image.ts';

/** Documents in an archive: no manifest or configuration is larger. */
const maxDocument = 4 * 1024 * 1024;

export interface LoadRequest {
  /** A path or a stream of a docker-archive or oci-archive, maybe compressed. */
  readonly source: string | NodeJS.ReadableStream;
  readonly temporaryFolder: string;
  /** Chooses from an index of several platforms. */
  readonly platform: Platform;
}

/**
 * Stores all images of an archive, and returns their names, or the id of one without a name.
 * Throws ImageError ARCHIVE_INVALID, MANIFEST_INVALID, CONFIG_INVALID, DIGEST_MISMATCH, TOO_LARGE and as `storeImage`.
 */
export async function loadImages(store: ImageStore, request: LoadRequest): Promise<readonly string[]> {
  return naming(request.source, loadAll(store, request));
}

async function loadAll(store: ImageStore, request: LoadRequest): Promise<readonly string[]> {
  using archive = await openImageArchive(request.source, request);
  const loaded: string[] = [];
  for (const image of imagesIn(archive, request.platform)) {
    const id = await storeImage(store, image);
    loaded.push(...(image.names.length > 0 ? image.names : [`sha256:${id}`]));
  }
  return loaded;
}

function imagesIn(archive: ImageArchive, platform: Platform): readonly ImageSource[] {
  // Newer docker save writes both; manifest.json has the full names.
  if (archive.has('manifest.json')) return dockerImages(archive);
  if (archive.has('index.json')) return ociImages(archive, platform);
  throw new ImageError({
    code: 'ARCHIVE_INVALID',
    message: 'the archive has no images: neither manifest.json nor index.json is in it',
    hint: 'it must be a docker-archive or an oci-archive; a root filesystem is taken by pod import',
  });
}

function dockerImages(archive: ImageArchive): readonly ImageSource[] {
  const bytes = archive.read('manifest.json', maxDocument);
  const list = items(document(bytes, { path: 'manifest.json', code: 'ARCHIVE_INVALID' }));
  return list.map((entry) => dockerImage(archive, entry));
}

function dockerImage(archive: ImageArchive, entry: Field): ImageSource {
  const config = archive.read(string(member(entry, 'Config')), maxDocument);
  const tags = optional(member(entry, 'RepoTags'), (field) => items(field).map(string)) ?? [];
  const layers = items(member(entry, 'Layers')).map(string);
  const configDigest = sha256Digest(config);
  const diffIds = items(member(member(document(config, configPlace), 'rootfs'), 'diff_ids')).map(string);
  return {
    config,
    names: tags.map(localName),
    layers: layers.map((name) => ({ open: () => archive.stream(name) })),
    // The same bytes that Podman makes, so that both give the image one digest.
    manifest: (sizes) =>
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: mediaTypes.dockerManifest,
          config: { mediaType: mediaTypes.dockerConfig, size: config.length, digest: configDigest },
          layers: diffIds.map((digest, index) => ({
            mediaType: mediaTypes.dockerLayerGzip,
            size: sizes[index],
            digest,
          })),
        }),
      ),
  };
}

const configPlace = { path: 'image configuration', code: 'CONFIG_INVALID' } as const;

function ociImages(archive: ImageArchive, platform: Platform): readonly ImageSource[] {
  const index = parseManifest(archive.read('index.json', maxDocument), mediaTypes.ociIndex);
  if (index.type !== 'index') return [];
  return index.index.manifests.map((descriptor) => ociImage(archive, descriptor, platform));
}

function ociImage(archive: ImageArchive, descriptor: Descriptor, platform: Platform): ImageSource {
  const names = namesOf(descriptor);
  const bytes = blob(archive, descriptor);
  const found = parseManifest(bytes, descriptor.mediaType);
  if (found.type === 'index') {
    const chosen = ociImage(archive, selectManifest(found.index, platform), platform);
    return { ...chosen, names, otherManifests: [bytes] };
  }
  const { manifest } = found;
  return {
    config: blob(archive, manifest.config),
    names,
    layers: manifest.layers.map(({ digest }) => ({ open: () => archive.stream(blobName(digest)), digest })),
    manifest: () => bytes,
  };
}

/** A document, checked against what its descriptor says. */
function blob(archive: ImageArchive, { digest, size }: Descriptor): Buffer {
  const bytes = archive.read(blobName(digest), maxDocument);
  const { algorithm, hex } = parseDigest(digest);
  if (bytes.length === size && createHash(algorithm).update(bytes).digest('hex') === hex) return bytes;
  throw new ImageError({
    code: 'DIGEST_MISMATCH',
    message: `${blobName(digest)} in the archive is not what its name says`,
    hint: 'the archive was damaged or changed; make it again',
  });
}

function blobName(digest: string): string {
  const { algorithm, hex } = parseDigest(digest);
  return `blobs/${algorithm}/${hex}`;
}

/** containerd's annotation is a full name, the OCI one may be a bare tag. */
function namesOf({ annotations }: Descriptor): readonly string[] {
  const name =
    annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name'];
  if (name === undefined) return [];
  try {
    return [localName(name)];
  } catch (error) {
    // The annotation may be any text; one that is no name gives the image none.
    if (error instanceof ValueError) return [];
    throw error;
  }
}
