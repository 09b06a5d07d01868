/** A mounted root filesystem of one container. */
export interface MountedRootfs {
  /** Absolute path of the mount point. */
  readonly path: string;
}

export interface RootfsRequest {
  /** 64 hex digits. */
  readonly containerId: string;
  /** `<pod>-<container>`, recorded for people who list the store. */
  readonly name: string;
  readonly imageId: string;
}

/**
 * Root filesystems from images: an overlay with an upper folder of ours over the store's layers.
 * Order: store record and mountpoints entry, then the mount; removal in reverse. All verbs may be repeated
 * and finish what a dead process began.
 */
export interface Rootfs {
  /** Registers the container in the store, so that its image is pinned, and mounts. A second call returns the same mount. */
  mount(request: RootfsRequest): Promise<MountedRootfs>;
  /**
   * Makes a folder inside a mounted root filesystem unless something is there, and returns where it lies on the host.
   * Never leaves the root; nothing of the container runs yet. Throws StorageError.
   */
  folder(rootfs: string, path: string): Promise<string>;
  /** Unmounts and keeps the upper folder and the registration (a stopped container). No error if not mounted. */
  unmount(containerId: string): Promise<void>;
  /** Unmounts, removes upper and work folders and the registration. No error if there is none. */
  remove(containerId: string): Promise<void>;
  /** Bytes on disk that a container has added to its image. */
  size(containerId: string): Promise<number>;
  /** Ids of containers with anything here: registered in the store, mounted, or with files of their own. */
  present(): Promise<readonly string[]>;
  /** Ids of containers that are registered in the store as ours. */
  registered(): Promise<readonly string[]>;
}
