import type { ImageConfig } from '../oci/image-config.ts';

/** An image in the local store. `id` is the hex of its config's sha256. */
export interface Image {
  readonly id: string;
  /** Full references, `docker.io/library/busybox:1.36`. Empty for an untagged image. */
  readonly names: readonly string[];
  /** `sha256:...` of the manifest it was stored with. */
  readonly digest?: string;
  readonly created: string;
  /** Bytes of its layers, uncompressed. */
  readonly size: number;
  readonly readOnly: boolean;
}

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface PullOptions {
  readonly policy: PullPolicy;
  /** Told in lines what a person should see, such as `Copying blob sha256:…`. */
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly tlsVerify?: boolean;
}

/** Where a pulled image came from, and what went wrong if a local copy stood in for the registry's. */
export interface Pulled {
  readonly image: Image;
  readonly from: 'local' | 'registry';
  readonly warning?: string;
}

export interface ImportOptions {
  /** Path of a tar, or a stream of one. Compression is found by its first bytes. */
  readonly source: string | NodeJS.ReadableStream;
  readonly reference?: string;
  readonly message?: string;
  /** Dockerfile instructions: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR. */
  readonly changes: readonly string[];
}

export interface RemovedImage {
  readonly untagged: readonly string[];
  readonly deleted: readonly string[];
}

/** Images: local lookup by Podman's name rules, pulling, archives. Every method takes names as a user writes them. */
export interface Images {
  /** The image that a name, digest reference or unique id prefix means here, or undefined. Never asks the network. */
  find(name: string): Promise<Image | undefined>;
  /** Like find; throws ImageError IMAGE_NOT_FOUND. */
  get(name: string): Promise<Image>;
  list(): Promise<readonly Image[]>;
  /** Bytes of all layers of the store together, uncompressed; a layer of several images counts once. */
  size(): Promise<number>;
  config(imageId: string): Promise<ImageConfig>;
  /** The manifest as stored, for inspect. */
  manifest(imageId: string): Promise<string>;
  /** Makes an image present by policy. Throws ImageError or RegistryError; nothing half-made remains. */
  pull(name: string, options: PullOptions): Promise<Pulled>;
  /** Loads docker-archive or oci-archive; returns the names (or ids) of what was loaded. */
  load(source: string | NodeJS.ReadableStream): Promise<readonly string[]>;
  import(options: ImportOptions): Promise<Image>;
  tag(name: string, references: readonly string[]): Promise<void>;
  /**
   * Removes names, and the image with its unshared layers when the last name goes. Throws IMAGE_IN_USE. Named by its
   * id, an image of several names loses them only with `force` or `allNames`; `force` also takes them from one in use.
   */
  remove(
    name: string,
    options: { readonly force: boolean; readonly allNames?: boolean },
  ): Promise<RemovedImage>;
}
