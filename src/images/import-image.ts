import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { ImageStore } from '../contracts/image-store.ts';
import type { ImportOptions } from '../contracts/images.ts';
import { faultPoint } from '../host/fault.ts';
import { mediaTypes } from '../oci/media-types.ts';
import type { Platform } from '../oci/platform.ts';
import { bytesOf } from './image-archive.ts';
import { imageChanges } from './image-changes.ts';
import { localName } from './local-name.ts';
import { naming } from './naming.ts';
import { type UnpackedLayer, unpackLayer } from './unpack.ts';

const layerTypes = {
  none: mediaTypes.ociLayer,
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
} as const;

/**
 * Makes an image of one layer from the tar of a root filesystem, as Podman does: an OCI image whose creation time is that
 * of the file. Returns its id. Throws UsageError for a change, ValueError BAD_REFERENCE, and as `unpackLayer`.
 */
export async function importImage(
  store: ImageStore,
  options: ImportOptions & { readonly platform: Platform },
): Promise<string> {
  const { source, reference, message, changes, platform } = options;
  const names = reference === undefined ? [] : [localName(reference)];
  const config = imageChanges(changes);
  await using staging = await store.stage();
  const staged = await staging.layer();
  const unpacked = await naming(
    source,
    unpackLayer({ source: bytesOf(source), folder: staged.folder, tarSplit: staged.tarSplit }),
  );
  faultPoint('images.unpacked');
  const created = creationTime(source);
  const { diffDigest } = unpacked;
  const image = encode({
    created,
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    config,
    rootfs: { type: 'layers', diff_ids: [diffDigest] },
    history: [
      {
        created,
        created_by: `/bin/sh -c #(nop) ADD file:${diffDigest.slice('sha256:'.length)} in /`,
        comment: message ?? 'imported from tarball',
      },
    ],
  });
  const id = createHash('sha256').update(image).digest('hex');
  await staging.commit({
    id,
    config: image,
    manifest: manifestOf({ id, size: image.length, unpacked }),
    names,
    created,
    layers: [{ diffDigest, unpacked: { staged, ...unpacked } }],
  });
  return id;
}

function manifestOf({
  id,
  size,
  unpacked,
}: {
  readonly id: string;
  readonly size: number;
  readonly unpacked: UnpackedLayer;
}): Buffer {
  return encode({
    schemaVersion: 2,
    config: { mediaType: mediaTypes.ociConfig, digest: `sha256:${id}`, size },
    layers: [{ mediaType: layerTypes[unpacked.compression], digest: unpacked.digest, size: unpacked.size }],
  });
}

/** The file's time to the nanosecond, as Go prints it, so that Podman makes the same image of the same file. */
function creationTime(source: ImportOptions['source']): string {
  if (typeof source !== 'string') return new Date().toISOString();
  const { mtime, mtimeNs } = statSync(source, { bigint: true });
  const fraction = (mtimeNs % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return mtime.toISOString().replace(/\.\d+Z$/, fraction === '' ? 'Z' : `.${fraction}Z`);
}

function encode(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
