/** A layer in the store. Newer tools may leave out its digest, older ones its owners. */
export interface StoredLayer {
  readonly id: string;
  readonly parent?: string;
  /** `sha256:<hex>` of its tar. */
  readonly diffDigest?: string;
  /** Bytes of its tar. */
  readonly diffSize?: number;
}

/** An image in the store. `id` is 64 hex digits. */
export interface StoredImage {
  readonly id: string;
  readonly names: readonly string[];
  /** Digest of the manifest that it was last stored with. */
  readonly digest?: string;
  /** Digests of all manifests kept for it. */
  readonly digests: readonly string[];
  /** Its top layer; undefined for an image without layers. */
  readonly layer?: string;
  readonly created: string;
  readonly readOnly: boolean;
}

/** Who keeps an image from being removed. */
export interface ImageUser {
  /** A container's id, or the id of a layer that is mounted as it is. */
  readonly id: string;
  readonly name: string;
  readonly type: 'ours' | 'foreign' | 'mounted';
}

/** The store as it was at one moment. */
export interface StoreView {
  readonly images: readonly StoredImage[];
  readonly layers: ReadonlyMap<string, StoredLayer>;
  readonly users: ReadonlyMap<string, readonly ImageUser[]>;
}

/** A place where a layer is unpacked, out of everyone's sight. */
export interface StagedLayer {
  /** An empty folder. */
  readonly folder: string;
  /** Path of the tar-split file to write. */
  readonly tarSplit: string;
}

/** A layer of an image to be stored, from the bottom up. */
export interface NewLayer {
  readonly diffDigest: string;
  /** What was unpacked for it; without it, the store must have the layer already. */
  readonly unpacked?: {
    readonly staged: StagedLayer;
    readonly diffSize: number;
    /** The blob it came from. */
    readonly digest: string;
    readonly size: number;
    readonly compression: 'none' | 'gzip' | 'zstd';
    readonly uids: readonly number[];
    readonly gids: readonly number[];
    readonly reproducible: boolean;
  };
}

export interface NewImage {
  /** Hex of the config's sha256. */
  readonly id: string;
  readonly config: Uint8Array;
  readonly manifest: Uint8Array;
  /** Other documents it is found by, such as the index that its manifest was chosen from. */
  readonly otherManifests?: readonly Uint8Array[];
  /** Full references. They are taken from whatever image has them now. */
  readonly names: readonly string[];
  readonly created?: string;
  readonly layers: readonly NewLayer[];
}

/** What is made for one image. Whatever was not committed is removed on disposal, or, after a crash, by `recover`. */
export interface Staging extends AsyncDisposable {
  layer(): Promise<StagedLayer>;
  /**
   * Stores the image and its layers in one step. An image or layer that is there already is kept, and gets the names
   * and manifests. Throws StorageError LAYER_MISSING if a layer is neither unpacked nor in the store (any more).
   */
  commit(image: NewImage): Promise<void>;
}

export type ImageChange =
  | { readonly type: 'names'; readonly names: readonly string[] }
  | { readonly type: 'delete' };

/**
 * Images and layers on disk, in the format of containers/storage and beside the tools that use it too.
 * Throws StorageError STORE_UNSUPPORTED for a store of another kind, STORE_CORRUPT, STORE_BUSY when a lock is held for
 * minutes.
 */
export interface ImageStore {
  view(): Promise<StoreView>;
  /** A document kept with an image: `manifest`, or `sha256:<hex>` for its config. Undefined if there is none. */
  data(imageId: string, key: string): Promise<Buffer | undefined>;
  /** How many layers of the chain are stored already, from the bottom up. Digests are those of the layers' tars. */
  present(diffDigests: readonly string[]): Promise<number>;
  stage(): Promise<Staging>;
  /**
   * Changes an image under the store's locks. `decide` sees it as it is then, and may throw. New names are taken from
   * other images; layers that no other image or container needs go with a deleted one. Throws ImageError
   * IMAGE_NOT_FOUND if it is gone.
   */
  change(
    imageId: string,
    decide: (image: StoredImage, users: readonly ImageUser[]) => ImageChange,
  ): Promise<void>;
  /** Finishes or undoes what commands that died have left. */
  recover(): Promise<void>;
}
