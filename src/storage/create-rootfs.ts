import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MountedRootfs, Rootfs, RootfsRequest } from '../contracts/rootfs.ts';
import { ImageError } from '../errors/image-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { bootIdentity } from '../host/boot-identity.ts';
import { faultPoint } from '../host/fault.ts';
import {
  ensureFolder,
  listFolder,
  readFile,
  removeEmptyFolder,
  removeFile,
  removeTree,
  replaceFile,
} from '../host/files.ts';
import { folderSize } from '../host/folder-size.ts';
import { mountOverlay, unmount } from '../host/mount.ts';
import { isMountPoint } from '../host/mount-id.ts';
import { ensureInRoot } from '../host/resolve.ts';
import { Batch } from './batch.ts';
import { Journal } from './journal.ts';
import { lowersOf, makeLayerFolder, placeLayerFolder } from './layer-folder.ts';
import { type Layout, layoutOf } from './layout.ts';
import { ownerMark, readOwnerMark, recordName } from './owner.ts';
import type { ContainerRecord } from './record.ts';
import { recover } from './recover.ts';
import { folderName, removeFolder, retireLayers } from './retire.ts';
import { storeWork } from './store-work.ts';
import { checkLayer } from './supported.ts';
import { everything, read, type Transaction, transact } from './transaction.ts';

export interface RootfsOptions {
  /** containers/storage's graph root and run root. */
  readonly root: string;
  readonly runroot: string;
  /** Our lasting folder: `containers/<id>/{upper,work}` are kept below it. */
  readonly stateFolder: string;
  /** Our folder of this boot: mount points are made in `rootfs/<id>` below it. */
  readonly runFolder: string;
  /** Eight hex digits; empty for the default store. */
  readonly storeId: string;
}

interface Where {
  readonly layout: Layout;
  readonly options: RootfsOptions;
  readonly journals: string;
}

interface Place extends Where {
  readonly registrations: Batch<RootfsRequest, Registered>;
  readonly removals: Batch<string, void>;
}

/** Root filesystems of containers over the layers of a containers/storage store. */
export function createRootfs(options: RootfsOptions): Rootfs {
  const layout = layoutOf(options);
  const where: Where = { layout, options, journals: join(options.stateFolder, 'storage') };
  const place: Place = {
    ...where,
    registrations: new Batch((requests) => register(where, requests)),
    removals: new Batch((ids) => unregister(where, ids)),
  };
  return {
    mount: (request) => storeWork(() => mountRootfs(place, request)),
    folder: (rootfs, path) => storeWork(async () => ensureFolderIn(rootfs, path)),
    unmount: (containerId) => storeWork(() => unmountRootfs(place, containerId)),
    remove: (containerId) => storeWork(() => removeRootfs(place, containerId)),
    size: (containerId) => folderSize(join(containerFolder(place, containerId), 'upper')),
    present: () =>
      storeWork(async () => {
        const containers = read(layout).containers.all();
        const registered = containers.filter((container) => isOurs(container, options.storeId));
        const files = join(options.stateFolder, 'containers');
        const upper = listFolder(files).filter((id) => existsSync(join(files, id, 'upper')));
        const mounted = listFolder(join(options.runFolder, 'rootfs'));
        return [...new Set([...registered.map(({ id }) => id), ...mounted, ...upper])];
      }),
    registered: () =>
      storeWork(async () => {
        const containers = read(layout).containers.all();
        return containers.filter((container) => isOurs(container, options.storeId)).map(({ id }) => id);
      }),
  };
}

function isOurs(container: ContainerRecord, storeId: string): boolean {
  return readOwnerMark(container)?.store === storeId;
}

function mountPoint({ options }: Where, containerId: string): string {
  return join(options.runFolder, 'rootfs', containerId);
}

function containerFolder({ options }: Where, containerId: string): string {
  return join(options.stateFolder, 'containers', containerId);
}

async function mountRootfs(place: Place, request: RootfsRequest): Promise<MountedRootfs> {
  const path = mountPoint(place, request.containerId);
  if (isMountPoint(path)) return { path };
  const top = await place.registrations.add(request);
  faultPoint('rootfs.registered');
  const folder = containerFolder(place, request.containerId);
  for (const each of [path, folder]) ensureFolder(each);
  const { layout } = place;
  const lowers = top.layer === undefined ? [join(top.marker, 'empty')] : lowersOf(layout, top.layer);
  await discardTorn(folder);
  await ensureUpper(folder, join(layout.overlay, top.layer ?? top.marker, 'diff'));
  try {
    await mountOverlay({
      lowers,
      upper: join(folder, 'upper'),
      work: join(folder, 'work'),
      target: path,
      base: layout.overlay,
      options: ['metacopy=off', 'redirect_dir=off', 'volatile'],
    });
  } catch (error) {
    throw error instanceof SystemError ? mountFailed(request, lowers.length, error) : error;
  }
  return { path };
}

/** What the kernel makes in the work folder of a volatile overlay, and refuses to mount over (overlayfs.rst, "Volatile mount"). */
const VOLATILE_MARK = join('work', 'work', 'incompat');

/**
 * A volatile overlay is never synced. Where one was still mounted when the machine went down, its upper folder may
 * hold anything, so the container begins anew, as a cluster would make it anew. A mark of this boot is only in the way.
 */
async function discardTorn(folder: string): Promise<void> {
  const boot = join(folder, 'boot');
  const now = bootIdentity();
  const before = readFile(boot)?.toString('utf8');
  if (existsSync(join(folder, VOLATILE_MARK, 'volatile'))) {
    if (before !== now) await removeTree(join(folder, 'upper'));
    await removeTree(join(folder, 'work'));
  }
  if (before !== now) await replaceFile(boot, now);
}

/** The root of an overlay shows the upper folder's mode and owner, so they are the image's. */
async function ensureUpper(folder: string, model: string): Promise<void> {
  const upper = join(folder, 'upper');
  ensureFolder(join(folder, 'work'));
  if (statSync(upper, { throwIfNoEntry: false }) !== undefined) return;
  const { mode, uid, gid } = statSync(model);
  mkdirSync(upper);
  chownSync(upper, uid, gid);
  chmodSync(upper, mode & 0o7777);
}

interface Registered {
  /** The image's top layer; undefined for an image without layers. */
  readonly layer: string | undefined;
  /** The empty layer that stands for the container in the store. */
  readonly marker: string;
}

/** Makes sure that records pin the images, and that other tools take the containers for mounted. */
async function register(
  where: Where,
  requests: readonly RootfsRequest[],
): Promise<readonly PromiseSettledResult<Registered>[]> {
  await recover(where.layout, where.journals);
  using journal = await Journal.open(where.journals);
  const results = await transact(where.layout, everything, async (transaction) => {
    const settled = requests.map((request) =>
      attempt(() => registerOne(transaction, { where, request, journal })),
    );
    for (const part of ['layers', 'containers', 'mounts'] as const) await transaction.save(part);
    return settled;
  });
  // What one of them left half-made is in the journal for the next command.
  if (results.every(({ status }) => status === 'fulfilled')) journal.finish();
  return results;
}

function attempt<T>(work: () => T): PromiseSettledResult<T> {
  try {
    return { status: 'fulfilled', value: work() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

interface Registration {
  readonly where: Where;
  readonly request: RootfsRequest;
  readonly journal: Journal;
}

function registerOne(transaction: Transaction, registration: Registration): Registered {
  const { where, request } = registration;
  const image = transaction.images.get(request.imageId);
  if (image === undefined) throw noImage(request);
  const layer = image.layer === '' ? undefined : image.layer;
  checkChain(transaction, layer);
  const existing = transaction.containers.get(request.containerId);
  const marker = existing?.layer ?? addMarker(transaction, registration, layer);
  recordMount(transaction, { id: marker, path: mountPoint(where, request.containerId) });
  return { layer, marker };
}

/** Adds the container and its layer, which stays empty. Returns the layer's id. */
function addMarker(
  transaction: Transaction,
  { where, request, journal }: Registration,
  parent: string | undefined,
): string {
  const { layout, layers, containers } = transaction;
  const { storeId } = where.options;
  const [id, name] = [folderName(), folderName()];
  journal.add({ type: 'layer', id }, { type: 'folder', name });
  makeLayerFolder(layout, name);
  placeLayerFolder(layout, { name, id, parent });
  const created = new Date().toISOString();
  const container = recordName(storeId, request.containerId);
  layers.add({
    id,
    names: [`${container}-layer`],
    ...(parent === undefined ? {} : { parent }),
    created,
  });
  containers.add({
    id: request.containerId,
    names: [container],
    image: request.imageId,
    layer: id,
    metadata: ownerMark({ store: storeId, name: request.name }),
    created,
    flags: {},
  });
  return id;
}

function recordMount(
  { mounts }: Transaction,
  { id, path }: { readonly id: string; readonly path: string },
): void {
  const known = mounts.get(id);
  if (known === undefined) mounts.add({ id, path, count: 1 });
  else if (known.path !== path || known.count < 1) mounts.put({ ...known, path, count: 1 });
}

function checkChain({ layout, layers }: Transaction, top: string | undefined): void {
  for (let id = top; id !== undefined && id !== ''; ) {
    const layer = layers.get(id);
    if (layer === undefined) throw missing(id);
    checkLayer(layout, layer);
    id = layer.parent;
  }
}

function ensureFolderIn(root: string, path: string): string {
  const descriptor = ensureInRoot({ root, path }, { mode: 0o755 });
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

/** What has a mount or files open there keeps them; the next mount is a new one. */
async function unmountRootfs(place: Place, containerId: string): Promise<void> {
  const path = mountPoint(place, containerId);
  while (await unmount(path, { lazy: true }));
  removeEmptyFolder(path);
  await removeTree(join(containerFolder(place, containerId), VOLATILE_MARK));
}

async function removeRootfs(place: Place, containerId: string): Promise<void> {
  await unmountRootfs(place, containerId);
  faultPoint('rootfs.unmounted');
  const folder = containerFolder(place, containerId);
  for (const name of ['upper', 'work']) await removeTree(join(folder, name));
  removeFile(join(folder, 'boot'));
  removeEmptyFolder(folder);
  await recover(place.layout, place.journals);
  if (read(place.layout).containers.get(containerId) === undefined) return;
  await place.removals.add(containerId);
}

/** Takes the containers of these ids out of the store. */
async function unregister(
  { layout, options, journals }: Where,
  containerIds: readonly string[],
): Promise<readonly PromiseSettledResult<void>[]> {
  using journal = await Journal.open(journals);
  const rubbish = await transact(layout, everything, async (transaction) => {
    const { containers, mounts } = transaction;
    const ours = containerIds
      .map((id) => containers.get(id))
      .filter((container) => container !== undefined)
      .filter((container) => isOurs(container, options.storeId));
    const ids = ours.flatMap(({ layer }) => (layer === undefined ? [] : [layer]));
    journal.add(...ids.map((id) => ({ type: 'layer', id }) as const));
    // The container goes last: as long as it is recorded, the next removal finds what is left.
    for (const id of ids) mounts.remove(id);
    await transaction.save('mounts');
    faultPoint('rootfs.uncounted');
    for (const { id } of ours) containers.remove(id);
    await transaction.save('containers');
    faultPoint('rootfs.unrecorded');
    return await retireLayers(transaction, { ids, journal });
  });
  for (const name of rubbish) await removeFolder(layout, name);
  journal.finish();
  return containerIds.map(() => ({ status: 'fulfilled', value: undefined }));
}

function noImage({ imageId, name }: RootfsRequest): ImageError {
  return new ImageError({
    code: 'IMAGE_NOT_FOUND',
    message: `the image ${imageId.slice(0, 12)} of ${name} is not in the store`,
    hint: 'it was removed by another program; pull it again',
  });
}

function missing(id: string): StorageError {
  return new StorageError({
    code: 'LAYER_MISSING',
    kind: 'external',
    message: `the store lacks layer ${id.slice(0, 12)}`,
    hint: 'remove the image, and pull or load it again',
  });
}

function mountFailed(request: RootfsRequest, lowers: number, cause: SystemError): StorageError {
  return new StorageError({
    code: 'MOUNT_FAILED',
    kind: 'external',
    message: `the root filesystem of ${request.name} cannot be mounted (${lowers} layers): ${cause.message}`,
    hint: 'overlayfs must work in the folder of the store; very many layers or a long path do not fit into one mount',
    cause,
  });
}
