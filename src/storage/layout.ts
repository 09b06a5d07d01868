import { join } from 'node:path';

/** Where a containers/storage store with the overlay driver keeps what (its docs/containers-storage.md). */
export interface Layout {
  readonly root: string;
  readonly runroot: string;
  /** The overlay driver's home: a folder per layer, and `l/` with their short names. */
  readonly overlay: string;
  readonly links: string;
  readonly layers: string;
  readonly images: string;
  readonly containers: string;
  /** Run-time side of `layers`. */
  readonly mounts: string;
}

export function layoutOf({ root, runroot }: { readonly root: string; readonly runroot: string }): Layout {
  const overlay = join(root, 'overlay');
  return {
    root,
    runroot,
    overlay,
    links: join(overlay, 'l'),
    layers: join(root, 'overlay-layers'),
    images: join(root, 'overlay-images'),
    containers: join(root, 'overlay-containers'),
    mounts: join(runroot, 'overlay-layers'),
  };
}
