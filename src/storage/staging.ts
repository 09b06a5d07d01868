import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { NewImage, NewLayer, StagedLayer, Staging } from '../contracts/image-store.ts';
import { PodError } from '../errors/pod-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import { faultPoint } from '../host/fault.ts';
import { ensureFolder, removeFile } from '../host/files.ts';
import { sha256Digest } from '../values/digest.ts';
import { bigDataName } from './big-data-name.ts';
import { Journal } from './journal.ts';
import { makeLayerFolder, placeLayerFolder } from './layer-folder.ts';
import { layerIds } from './layer-id.ts';
import type { Layout } from './layout.ts';
import type { ImageRecord, LayerRecord } from './record.ts';
import { recover } from './recover.ts';
import { replaceSynced } from './replace-synced.ts';
import { folderName, incompleteLayers, removeFolder, retireLayers, tarSplitPath } from './retire.ts';
import { storeWork } from './store-work.ts';
import { ensureStore, everything, type Transaction, transact } from './transaction.ts';

/** containers/storage's numbers for how a layer's blob was compressed. */
const compressions = { none: undefined, gzip: 2, zstd: 4 } as const;

/** A stage for the layers of one image, in `overlay/` itself so that they can be renamed into place. */
export async function openStaging(layout: Layout, journals: string): Promise<Staging> {
  ensureStore(layout);
  return new StoreStaging({ layout, journals, journal: await Journal.open(journals) });
}

interface Parts {
  readonly layout: Layout;
  /** Folder of the journals of work on the store. */
  readonly journals: string;
  readonly journal: Journal;
}

class StoreStaging implements Staging {
  readonly #layout: Layout;
  readonly #journal: Journal;
  readonly #folders = new Map<StagedLayer, string>();
  readonly #rubbish: string[] = [];
  readonly #journals: string;
  /** Whether a commit has begun and not ended: then more than our own folders may have to go. */
  #unfinished = false;

  constructor({ layout, journals, journal }: Parts) {
    this.#layout = layout;
    this.#journals = journals;
    this.#journal = journal;
  }

  layer(): Promise<StagedLayer> {
    return storeWork(() => this.#layer());
  }

  commit(image: NewImage): Promise<void> {
    return storeWork(() => this.#commit(image));
  }

  async #layer(): Promise<StagedLayer> {
    const name = folderName();
    this.#journal.add({ type: 'folder', name });
    makeLayerFolder(this.#layout, name);
    const staged = {
      folder: join(this.#layout.overlay, name, 'diff'),
      tarSplit: tarSplitPath(this.#layout, name),
    };
    this.#folders.set(staged, name);
    return staged;
  }

  async #commit(image: NewImage): Promise<void> {
    const ids = layerIds(image.layers.map(({ diffDigest }) => diffDigest));
    await transact(this.#layout, everything, async (transaction) => {
      const unfinished = incompleteLayers(transaction);
      this.#rubbish.push(...(await retireLayers(transaction, { ids: unfinished, journal: this.#journal })));
      const missing = image.layers.filter(
        (_, index) => transaction.layers.get(ids[index] ?? '') === undefined,
      );
      const absent = missing.find(({ unpacked }) => unpacked === undefined);
      if (absent !== undefined) throw layerMissing(absent);
      this.#journal.add(
        ...missing.map((layer) => ({ type: 'layer', id: ids[image.layers.indexOf(layer)] ?? '' }) as const),
        { type: 'image', id: image.id },
      );
      faultPoint('storage.journal');
      this.#unfinished = true;
      await this.#storeLayers(transaction, image, ids);
      await storeImage(transaction, image, ids.at(-1));
      this.#unfinished = false;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using journal = this.#journal;
    if (this.#unfinished) {
      journal[Symbol.dispose]();
      await this.#undo();
      return;
    }
    for (const name of [...this.#folders.values(), ...this.#rubbish]) await removeFolder(this.#layout, name);
    journal.finish();
  }

  /** What a failed commit has left is in the journal, and goes the way a dead command's would. */
  async #undo(): Promise<void> {
    try {
      await storeWork(() => recover(this.#layout, this.#journals));
    } catch (error) {
      // The journal is still there for the next command, and what stopped the commit tells more.
      if (!(error instanceof PodError)) throw error;
    }
  }

  async #storeLayers(transaction: Transaction, image: NewImage, ids: readonly string[]): Promise<void> {
    for (const [index, layer] of image.layers.entries()) {
      const id = ids[index] ?? '';
      if (transaction.layers.get(id) !== undefined) continue;
      // A folder without a record is what a dead writer left.
      this.#rubbish.push(...(await retireLayers(transaction, { ids: [id], journal: this.#journal })));
      this.#placeLayer(layer, { id, parent: index === 0 ? undefined : ids[index - 1] });
      transaction.layers.add(layerRecord(layer, { id, parent: ids[index - 1] }));
    }
    faultPoint('storage.layers-placed');
    await transaction.save('layers');
    faultPoint('storage.layers-recorded');
  }

  #placeLayer({ unpacked }: NewLayer, { id, parent }: { id: string; parent: string | undefined }): void {
    const name = unpacked && this.#folders.get(unpacked.staged);
    if (unpacked === undefined || name === undefined) throw new Error(`layer ${id} was not staged here`);
    placeLayerFolder(this.#layout, { name, id, parent });
    if (unpacked.reproducible) renameSync(unpacked.staged.tarSplit, tarSplitPath(this.#layout, id));
    else removeFile(unpacked.staged.tarSplit);
    this.#folders.delete(unpacked.staged);
  }
}

function layerRecord(
  { diffDigest, unpacked }: NewLayer,
  { id, parent }: { id: string; parent: string | undefined },
): LayerRecord {
  const compression = unpacked && compressions[unpacked.compression];
  return {
    id,
    ...(parent === undefined ? {} : { parent }),
    created: new Date().toISOString(),
    ...(unpacked === undefined
      ? {}
      : { 'compressed-diff-digest': unpacked.digest, 'compressed-size': unpacked.size }),
    'diff-digest': diffDigest,
    ...(unpacked === undefined ? {} : { 'diff-size': unpacked.diffSize }),
    ...(compression === undefined ? {} : { compression }),
    ...(unpacked === undefined ? {} : { uidset: unpacked.uids, gidset: unpacked.gids }),
  };
}

/** Adds the image, or names and manifests to the one that is there. */
async function storeImage(
  transaction: Transaction,
  image: NewImage,
  layer: string | undefined,
): Promise<void> {
  const { images, layout } = transaction;
  const existing = images.get(image.id);
  for (const other of images.all()) {
    const kept = other.names?.filter((name) => !image.names.includes(name)) ?? [];
    if (other.id !== image.id && kept.length !== (other.names?.length ?? 0))
      images.put({ ...other, names: kept });
  }
  const documents = documentsOf(image);
  const folder = join(layout.images, image.id);
  ensureFolder(folder);
  for (const [key, bytes] of documents) {
    await replaceSynced(join(folder, bigDataName(key)), bytes);
  }
  faultPoint('storage.documents-written');
  const record = imageRecord(image, { existing, layer, documents });
  if (existing === undefined) images.add(record);
  else images.put(record);
  await transaction.save('images');
  faultPoint('storage.image-recorded');
}

type Documents = ReadonlyMap<string, Uint8Array>;

function documentsOf({ id, config, manifest, otherManifests = [] }: NewImage): Documents {
  const digest = sha256Digest(manifest);
  return new Map<string, Uint8Array>([
    [`sha256:${id}`, config],
    ...otherManifests.map((other) => [`manifest-${sha256Digest(other)}`, other] as const),
    [`manifest-${digest}`, manifest],
    ['manifest', manifest],
    [`signature-${digest.slice('sha256:'.length)}`, Buffer.alloc(0)],
  ]);
}

function imageRecord(
  image: NewImage,
  {
    existing,
    layer,
    documents,
  }: { existing: ImageRecord | undefined; layer: string | undefined; documents: Documents },
): ImageRecord {
  const digest = sha256Digest(image.manifest);
  const keys = [...documents.keys()];
  const sizes = Object.fromEntries([...documents].map(([key, bytes]) => [key, bytes.length]));
  const digests = Object.fromEntries([...documents].map(([key, bytes]) => [key, sha256Digest(bytes)]));
  const created = existing?.created ?? image.created;
  return {
    ...existing,
    id: image.id,
    digest,
    names: unique([...image.names, ...(existing?.names ?? [])]),
    'names-history': unique([...image.names, ...(existing?.['names-history'] ?? [])]),
    ...(layer === undefined ? {} : { layer: existing?.layer ?? layer }),
    metadata: signatureSizes(existing?.metadata, digest),
    'big-data-names': unique([...(existing?.['big-data-names'] ?? []), ...keys]),
    'big-data-sizes': { ...existing?.['big-data-sizes'], ...sizes },
    'big-data-digests': { ...existing?.['big-data-digests'], ...digests },
    ...(created === undefined ? {} : { created }),
  };
}

/** Other tools look up by manifest how many signatures there are; of ours, none. */
function signatureSizes(metadata: string | undefined, digest: string): string {
  const known: unknown = metadata === undefined || metadata === '' ? {} : JSON.parse(metadata);
  const sizes = typeof known === 'object' && known !== null && 'signatures-sizes' in known ? known : {};
  const before = 'signatures-sizes' in sizes ? (sizes['signatures-sizes'] as object) : {};
  return JSON.stringify({ ...(known as object), 'signatures-sizes': { ...before, [digest]: [] } });
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function layerMissing({ diffDigest }: NewLayer): StorageError {
  return new StorageError({
    code: 'LAYER_MISSING',
    kind: 'external',
    message: `layer ${diffDigest} was removed from the store meanwhile`,
    hint: 'do it again',
  });
}
