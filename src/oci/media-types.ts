/** Media types of manifests and their parts, Docker schema 2 and OCI, and what each is. */
export const mediaTypes = Object.freeze({
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
});

export type Compression = 'none' | 'gzip' | 'zstd';

/** Manifests of one image. */
export const manifestTypes: readonly string[] = Object.freeze([
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
]);

/** Lists of manifests by platform. */
export const indexTypes: readonly string[] = Object.freeze([mediaTypes.ociIndex, mediaTypes.dockerList]);

/** Configurations of images that can be run (other artifacts have other types). */
export const configTypes: readonly string[] = Object.freeze([mediaTypes.ociConfig, mediaTypes.dockerConfig]);

const nondistributable = 'application/vnd.oci.image.layer.nondistributable.v1.tar';
const foreign = 'application/vnd.docker.image.rootfs.foreign.diff.tar';

const layerCompression: ReadonlyMap<string, Compression> = new Map([
  [mediaTypes.dockerLayer, 'none'],
  [mediaTypes.dockerLayerGzip, 'gzip'],
  [mediaTypes.dockerLayerZstd, 'zstd'],
  [mediaTypes.ociLayer, 'none'],
  [mediaTypes.ociLayerGzip, 'gzip'],
  [mediaTypes.ociLayerZstd, 'zstd'],
  [nondistributable, 'none'],
  [`${nondistributable}+gzip`, 'gzip'],
  [`${nondistributable}+zstd`, 'zstd'],
  [foreign, 'none'],
  [`${foreign}.gzip`, 'gzip'],
]);

/** How a layer of this type is compressed; undefined if the type is not a layer's. */
export function compressionOf(mediaType: string): Compression | undefined {
  return layerCompression.get(mediaType);
}
