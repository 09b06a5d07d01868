import type { Readable } from 'node:stream';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageManifest } from '../oci/manifest.ts';
import type { Platform } from '../oci/platform.ts';
import type { Reference } from '../values/reference.ts';

export interface ResolveRequest {
  /** Without tag and digest it is `latest`. */
  readonly reference: Reference;
  readonly platform: Platform;
  /** Overrides what registries.conf says: false allows unknown certificates and plain HTTP. */
  readonly tlsVerify?: boolean;
  readonly signal?: AbortSignal;
}

/** One image found in a registry, for one platform. */
export interface RemoteImage {
  readonly manifest: ImageManifest;
  /** The manifest as the registry sent it; its digest is `digest`, its type `mediaType`. */
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly mediaType: string;
  /** The index that the manifest was chosen from, if there was one. */
  readonly index?: { readonly bytes: Uint8Array; readonly digest: string; readonly mediaType: string };
  /**
   * Streams a blob from where the manifest came from. The stream ends well only if size and digest are the
   * descriptor's; else it fails with ImageError DIGEST_MISMATCH, or RegistryError when the connection breaks for good.
   */
  blob(descriptor: Descriptor, options?: { readonly signal?: AbortSignal }): Promise<Readable>;
}

/** Images in registries (OCI distribution spec), anonymously. */
export interface Registry {
  /**
   * Finds an image by tag or digest, trying the mirrors of registries.conf first. Throws RegistryError, ImageError
   * NO_MATCHING_PLATFORM, MANIFEST_INVALID, DIGEST_MISMATCH, TOO_LARGE.
   */
  resolve(request: ResolveRequest): Promise<RemoteImage>;
}
