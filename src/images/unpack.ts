import { createHash } from 'node:crypto';
import { type Compression, decompress } from './compression.ts';
import { type LayerLimits, LayerWriter } from './layer-writer.ts';
import { invalid, type TarEntry } from './tar-header.ts';
import { TarReader, type TarSink } from './tar-reader.ts';
import { TarSplit } from './tar-split.ts';
import { writeFailure } from './unpack-failure.ts';

export interface UnpackRequest {
  /** The layer as it is kept or sent: a tar, maybe compressed. */
  readonly source: AsyncIterable<Uint8Array>;
  /** An empty folder that nobody else works in. */
  readonly folder: string;
  /** Where the tar-split file goes; it must not exist. */
  readonly tarSplit: string;
  readonly limits?: LayerLimits;
  readonly signal?: AbortSignal;
}

/** A layer that has been unpacked, and what its bytes were. Digests are `sha256:<hex>`. */
export interface UnpackedLayer {
  readonly digest: string;
  readonly size: number;
  readonly compression: Compression;
  /** Of the tar inside the compression. */
  readonly diffDigest: string;
  readonly diffSize: number;
  /** Owners of its files, ascending. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  /** Whether the tar-split file gives the archive back. */
  readonly reproducible: boolean;
}

/** Far beyond any image, and below what a hostile one could ask for. */
export const defaultLimits: LayerLimits = { entries: 5_000_000, bytes: 256 * 2 ** 30 };

/**
 * Unpacks one layer, with its digests computed and its tar-split written on the way. On failure the folder and the
 * file are left as they are, for the caller to remove.
 * Throws ImageError LAYER_INVALID, ARCHIVE_INVALID, TOO_LARGE; StorageError NO_SPACE; SystemError; what the source or
 * the signal throws.
 */
export async function unpackLayer(request: UnpackRequest): Promise<UnpackedLayer> {
  const limits = request.limits ?? defaultLimits;
  const outer = new Measure();
  const inner = new Measure();
  const { compression, content } = await decompress(measured(request, outer));
  using writer = new LayerWriter(request.folder, limits);
  const split = new TarSplit(request.tarSplit);
  try {
    const reader = new TarReader(both(writer, split));
    for await (const chunk of content) {
      inner.add(chunk);
      if (inner.size > limits.bytes) throw invalid('it is larger than any layer');
      reader.push(chunk);
      await split.ready();
    }
    reader.end();
    writer.finish();
    const reproducible = await split.finish();
    return {
      digest: outer.digest(),
      size: outer.size,
      compression,
      diffDigest: inner.digest(),
      diffSize: inner.size,
      uids: ascending(writer.uids),
      gids: ascending(writer.gids),
      reproducible,
    };
  } catch (error) {
    await split.abandon();
    throw writeFailure(error, 'the layer');
  }
}

/** Counts and digests bytes as they pass. */
class Measure {
  size = 0;
  readonly #hash = createHash('sha256');

  add(bytes: Uint8Array): void {
    this.size += bytes.length;
    this.#hash.update(bytes);
  }

  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}

async function* measured({ source, signal }: UnpackRequest, measure: Measure): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    signal?.throwIfAborted();
    measure.add(chunk);
    yield chunk;
  }
}

function both(first: TarSink, second: TarSink): TarSink {
  return {
    raw(bytes) {
      first.raw(bytes);
      second.raw(bytes);
    },
    entry(entry: TarEntry) {
      first.entry(entry);
      second.entry(entry);
    },
    content(bytes) {
      first.content(bytes);
      second.content(bytes);
    },
    close() {
      first.close();
      second.close();
    },
  };
}

function ascending(numbers: ReadonlySet<number>): number[] {
  return [...numbers].sort((a, b) => a - b);
}
