import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { StateError } from '../errors/state-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import { ensureFolder } from '../host/files.ts';
import { type Lock, withLock } from '../host/lock.ts';
import { lockRank } from '../host/lock-rank.ts';
import type { Layout } from './layout.ts';
import type { ContainerRecord, ImageRecord, LayerRecord, MountRecord } from './record.ts';
import { RecordFile } from './record-file.ts';
import { checkStore } from './supported.ts';

/** What can be locked, in the order in which it has to be. */
const order = ['storage', 'layers', 'images', 'containers', 'mounts'] as const;
type Part = (typeof order)[number];

/**
 * Others hold a lock while they unpack a layer, which takes as long as the layer is large. Ten minutes is no layer's time
 * any more.
 */
const timeout = 600_000;

/** The records behind the locks that a transaction holds. Change them, then `save`. */
export class Transaction {
  readonly layout: Layout;
  readonly layers: RecordFile<LayerRecord>;
  readonly images: RecordFile<ImageRecord>;
  readonly containers: RecordFile<ContainerRecord>;
  readonly mounts: RecordFile<MountRecord>;
  readonly #locks: ReadonlyMap<Part, Lock>;

  constructor(layout: Layout, locks: ReadonlyMap<Part, Lock>) {
    this.layout = layout;
    this.layers = layerFile(layout);
    this.images = imageFile(layout);
    this.containers = containerFile(layout);
    this.mounts = mountFile(layout);
    this.#locks = locks;
  }

  /**
   * Writes what has changed in one kind of record. The lock file's stamp, by which other processes see that they have to
   * read again, is renewed before the records appear, so that none can miss them.
   */
  async save(part: Exclude<Part, 'storage'>): Promise<void> {
    const file = this[part];
    if (!file.changed) return;
    const lock = this.#locks.get(part);
    if (lock === undefined) throw new Error(`${part} are not locked`);
    writeSync(lock.descriptor, stamp(), 0, stampLength, 0);
    await file.save();
  }
}

/** Everything: for what makes or removes layers. */
export const everything: readonly Part[] = order;

/**
 * Runs `body` with the locks of the named parts, taken in the order that containers/storage prescribes. Its locks stop all
 * other tools, so `body` takes milliseconds. Throws StorageError STORE_BUSY, STORE_UNSUPPORTED, STORE_CORRUPT.
 */
export async function transact<T>(
  layout: Layout,
  parts: readonly Part[],
  body: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  ensureStore(layout);
  const wanted = order.filter((part) => parts.includes(part));
  const locks = new Map<Part, Lock>();
  const locked = async (index: number): Promise<T> => {
    const part = wanted[index];
    if (part === undefined) return await body(new Transaction(layout, locks));
    const rank = lockRank.storage + 1 + order.indexOf(part);
    const request = {
      path: lockPath(layout, part),
      mode: 'exclusive',
      rank,
      permissions: 0o644,
      timeout,
    } as const;
    return await withLock(request, async (lock) => {
      locks.set(part, lock);
      return await locked(index + 1);
    });
  };
  try {
    return await locked(0);
  } catch (error) {
    throw error instanceof StateError && error.code === 'LOCK_TIMEOUT' ? busy(layout, error) : error;
  }
}

/**
 * The records as they are now, without a lock: every tool replaces the files by renaming, and to wait for one that
 * unpacks a layer would make listings hang.
 */
export function read(layout: Layout): Pick<Transaction, 'layers' | 'images' | 'containers' | 'mounts'> {
  checkStore(layout);
  return {
    // Upper things first, so that what they stand on is found even if it was made meanwhile.
    containers: containerFile(layout),
    images: imageFile(layout),
    layers: layerFile(layout),
    mounts: mountFile(layout),
  };
}

/** Makes the folders of an empty store. Throws StorageError STORE_UNSUPPORTED for a store of another kind. */
export function ensureStore(layout: Layout): void {
  checkStore(layout);
  for (const folder of [layout.root, layout.layers, layout.images, layout.containers, layout.mounts]) {
    ensureFolder(folder);
  }
  for (const folder of [layout.overlay, layout.links]) ensureFolder(folder, { mode: 0o755 });
}

function layerFile({ layers }: Layout): RecordFile<LayerRecord> {
  return new RecordFile(join(layers, 'layers.json'), join(layers, 'volatile-layers.json'));
}

function imageFile({ images }: Layout): RecordFile<ImageRecord> {
  return new RecordFile(join(images, 'images.json'));
}

function containerFile({ containers }: Layout): RecordFile<ContainerRecord> {
  return new RecordFile(join(containers, 'containers.json'), join(containers, 'volatile-containers.json'));
}

function mountFile({ mounts }: Layout): RecordFile<MountRecord> {
  return new RecordFile(join(mounts, 'mountpoints.json'));
}

function lockPath(layout: Layout, part: Part): string {
  const paths: Readonly<Record<Part, string>> = {
    storage: join(layout.root, 'storage.lock'),
    layers: join(layout.layers, 'layers.lock'),
    images: join(layout.images, 'images.lock'),
    containers: join(layout.containers, 'containers.lock'),
    mounts: join(layout.mounts, 'mountpoints.lock'),
  };
  return paths[part];
}

const stampLength = 64;
let stamps = 0n;

/** Any 64 bytes that were never there before: time, a counter, our pid, chance (containers/storage's LastWrite). */
function stamp(): Buffer {
  const bytes = randomBytes(stampLength);
  bytes.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n, 0);
  bytes.writeBigUInt64LE(stamps++, 8);
  bytes.writeUInt32LE(process.pid, 16);
  return bytes;
}

function busy({ root }: Layout, cause: StateError): StorageError {
  return new StorageError({
    code: 'STORE_BUSY',
    kind: 'external',
    message: `another program has held the image store ${root} for ten minutes`,
    hint: cause.hint ?? 'see who holds it with: lslocks',
    cause,
  });
}
