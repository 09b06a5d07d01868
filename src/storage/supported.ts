import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '../errors/storage-error.ts';
import { readFile } from '../host/files.ts';
import type { Layout } from './layout.ts';
import type { LayerRecord } from './record.ts';

const otherDrivers = ['vfs', 'btrfs', 'zfs', 'aufs', 'devicemapper', 'windowsfilter'];

/** Throws StorageError STORE_UNSUPPORTED if another driver than overlay, or one with a mount program, keeps the store. */
export function checkStore(layout: Layout): void {
  if (!existsSync(layout.layers)) {
    const driver = otherDrivers.find((name) => existsSync(join(layout.root, `${name}-layers`)));
    if (driver !== undefined) throw unsupported(layout, `it is kept by the ${driver} driver`);
  }
  const program = readFile(join(layout.overlay, '.has-mount-program'), 64)?.toString('utf8').trim();
  if (program === 'true') throw unsupported(layout, 'its layers are mounted by a program of their own');
}

/** Throws StorageError STORE_UNSUPPORTED for a layer that is no plain folder of files with their own owners. */
export function checkLayer(layout: Layout, layer: LayerRecord): void {
  if (existsSync(join(layout.overlay, layer.id, 'composefs-data'))) {
    throw unsupported(layout, `layer ${layer.id.slice(0, 12)} is kept as composefs`);
  }
  if ((layer.uidmap?.length ?? 0) > 0 || (layer.gidmap?.length ?? 0) > 0) {
    throw unsupported(layout, `layer ${layer.id.slice(0, 12)} has mapped owners`);
  }
}

function unsupported({ root }: Layout, reason: string): StorageError {
  return new StorageError({
    code: 'STORE_UNSUPPORTED',
    message: `the image store ${root} cannot be used: ${reason}`,
    hint: 'pod works with the overlay driver and plain layers; choose another store with --root DIR',
  });
}
