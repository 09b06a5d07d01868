/** A record with what it is found by; members unknown to us are carried through. */
interface StoreRecord {
  readonly id: string;
  readonly names?: readonly string[] | null;
  readonly flags?: Readonly<Record<string, unknown>> | null;
  readonly [unknown: string]: unknown;
}

/** Lets documents of an image be told by their keys. */
interface BigData {
  readonly 'big-data-names'?: readonly string[] | null;
  readonly 'big-data-sizes'?: Readonly<Record<string, number>> | null;
  readonly 'big-data-digests'?: Readonly<Record<string, string>> | null;
}

/** One entry of layers.json. */
export interface LayerRecord extends StoreRecord {
  readonly parent?: string;
  readonly created?: string;
  readonly 'compressed-diff-digest'?: string;
  readonly 'compressed-size'?: number;
  readonly 'diff-digest'?: string;
  readonly 'diff-size'?: number;
  /** As containers/storage numbers them. */
  readonly compression?: number;
  readonly uidset?: readonly number[];
  readonly gidset?: readonly number[];
  readonly uidmap?: readonly unknown[] | null;
  readonly gidmap?: readonly unknown[] | null;
}

/** One entry of images.json. */
export interface ImageRecord extends StoreRecord, BigData {
  readonly digest?: string;
  readonly 'names-history'?: readonly string[] | null;
  readonly layer?: string;
  readonly metadata?: string;
  readonly created?: string;
}

/** One entry of containers.json. */
export interface ContainerRecord extends StoreRecord, BigData {
  readonly image?: string;
  readonly layer?: string;
  readonly metadata?: string;
  readonly created?: string;
}

/** One entry of mountpoints.json: a layer that is mounted. */
export interface MountRecord {
  readonly id: string;
  readonly path: string;
  readonly count: number;
  readonly [unknown: string]: unknown;
}

/** A layer that its writer did not finish; the next writer removes it. */
export function isIncomplete(layer: LayerRecord): boolean {
  return layer.flags?.['incomplete'] === true;
}
