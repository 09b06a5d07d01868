import { createHash } from 'node:crypto';
import type { ImageStore, NewLayer, Staging } from '../contracts/image-store.ts';
import { ImageError } from '../errors/image-error.ts';
import { StorageError } from '../errors/storage-error.ts';
import { faultPoint } from '../host/fault.ts';
import { type ImageConfig, parseImageConfig } from '../oci/image-config.ts';
import { unpackLayer } from './unpack.ts';

/** A layer's blob, wherever it is. */
export interface LayerSource {
  /** Opened once at most, and only if the store lacks the layer. */
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>;
  /** The blob's digest, where its owner names one. */
  readonly digest?: string;
}

/** An image that is to be stored. */
export interface ImageSource {
  readonly config: Uint8Array;
  /** From the bottom up, as many as the config has diff ids. */
  readonly layers: readonly LayerSource[];
  /** Full references. */
  readonly names: readonly string[];
  /** Makes the manifest, once the sizes of all unpacked tars are known. */
  readonly manifest: (diffSizes: readonly number[]) => Uint8Array;
  readonly otherManifests?: readonly Uint8Array[];
  readonly signal?: AbortSignal;
}

/** Layers worked on at a time: one inflates or arrives while another's files are made. */
const parallel = 3;

/**
 * Stores an image: unpacks the layers that the store lacks, checks them against the config, and records all in one step.
 * Returns the image's id. Nothing half-made remains. Throws ImageError CONFIG_INVALID, DIGEST_MISMATCH and what
 * unpacking throws; StorageError.
 */
export async function storeImage(store: ImageStore, source: ImageSource): Promise<string> {
  const config = parseImageConfig(source.config);
  const diffDigests = config.rootfs.diff_ids;
  if (diffDigests.length !== source.layers.length)
    throw countMismatch(diffDigests.length, source.layers.length);
  const id = createHash('sha256').update(source.config).digest('hex');
  await using staging = await store.stage();
  const layers: NewLayer[] = diffDigests.map((diffDigest) => ({ diffDigest }));
  for (;;) {
    await unpackMissing({ store, staging, source, layers });
    faultPoint('images.unpacked');
    try {
      await commit({ store, staging, source, layers, id, config });
      return id;
    } catch (error) {
      // Somebody has removed a layer since we looked; each round unpacks more, so this ends.
      if (!(error instanceof StorageError) || error.code !== 'LAYER_MISSING') throw error;
    }
  }
}

interface Work {
  readonly store: ImageStore;
  readonly staging: Staging;
  readonly source: ImageSource;
  readonly layers: NewLayer[];
}

async function unpackMissing({ store, staging, source, layers }: Work): Promise<void> {
  const present = await store.present(layers.map(({ diffDigest }) => diffDigest));
  const waiting = [...layers.keys()].filter(
    (index) => index >= present && layers[index]?.unpacked === undefined,
  );
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(source.signal ? [source.signal] : [])]);
  const work = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const [layer, blob] = [layers[index], source.layers[index]];
      if (layer === undefined || blob === undefined) return;
      try {
        layers[index] = await unpack(staging, { layer, blob, signal });
      } catch (error) {
        failure.abort(error);
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: parallel }, work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failure.signal.reason;
}

async function unpack(
  staging: Staging,
  { layer, blob, signal }: { layer: NewLayer; blob: LayerSource; signal: AbortSignal },
): Promise<NewLayer> {
  signal.throwIfAborted();
  const staged = await staging.layer();
  const { folder, tarSplit } = staged;
  const unpacked = await unpackLayer({ source: await blob.open(signal), folder, tarSplit, signal });
  if (blob.digest !== undefined && unpacked.digest !== blob.digest)
    throw mismatch(blob.digest, unpacked.digest);
  if (unpacked.diffDigest !== layer.diffDigest) throw mismatch(layer.diffDigest, unpacked.diffDigest);
  return { ...layer, unpacked: { staged, ...unpacked } };
}

async function commit({
  store,
  staging,
  source,
  layers,
  id,
  config,
}: Work & { readonly id: string; readonly config: ImageConfig }): Promise<void> {
  const { otherManifests } = source;
  await staging.commit({
    id,
    config: source.config,
    manifest: source.manifest(await diffSizes(store, layers)),
    ...(otherManifests === undefined ? {} : { otherManifests }),
    names: source.names,
    ...(config.created === undefined ? {} : { created: config.created }),
    layers,
  });
}

async function diffSizes(store: ImageStore, layers: readonly NewLayer[]): Promise<readonly number[]> {
  const view = await store.view();
  const known = new Map([...view.layers.values()].map(({ diffDigest, diffSize }) => [diffDigest, diffSize]));
  return layers.map(({ unpacked, diffDigest }) => unpacked?.diffSize ?? known.get(diffDigest) ?? 0);
}

function countMismatch(wanted: number, given: number): ImageError {
  return new ImageError({
    code: 'CONFIG_INVALID',
    kind: 'external',
    message: `the image's configuration tells of ${wanted} layers, but it has ${given}`,
  });
}

function mismatch(wanted: string, found: string): ImageError {
  return new ImageError({
    code: 'DIGEST_MISMATCH',
    kind: 'external',
    message: `a layer should be ${wanted}, but is ${found}`,
    hint: 'it was damaged or changed on the way; fetch it again',
  });
}
