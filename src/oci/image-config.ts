import { isDigest } from '../values/digest.ts';
import { document, type Field, items, member, object, optional, string, strings, wrong } from './fields.ts';

/** The part of an image configuration that says how to run it (OCI image spec, config.md; Docker's is a superset). */
export interface ImageRunConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Env?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  readonly Volumes?: Readonly<Record<string, object>> | null;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly StopSignal?: string;
}

/** A layer's step in the history of an image. */
export interface ImageHistory {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** An image configuration document (OCI image spec 1.0, config.md). Its sha256 is the image id. */
export interface ImageConfig {
  readonly created?: string;
  readonly author?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config?: ImageRunConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly ImageHistory[];
}

/**
 * Reads an image configuration. Members that are null are left out, unknown ones are kept.
 * Throws ImageError CONFIG_INVALID.
 */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const field = document(bytes, { path: 'image configuration', code: 'CONFIG_INVALID' });
  const rootfs = member(field, 'rootfs');
  if (string(member(rootfs, 'type')) !== 'layers') throw wrong(member(rootfs, 'type'), '"layers"');
  for (const diffId of items(member(rootfs, 'diff_ids'))) {
    if (!isDigest(string(diffId))) throw wrong(diffId, 'a digest');
  }
  for (const name of ['created', 'author', 'variant']) optional(member(field, name), string);
  const config = optional(member(field, 'config'), readRunConfig);
  const history = optional(member(field, 'history'), (list) => items(list).map(readHistory));
  return Object.freeze({
    ...withoutNulls(object(field)),
    architecture: string(member(field, 'architecture')),
    os: string(member(field, 'os')),
    rootfs: object(rootfs) as unknown as ImageConfig['rootfs'],
    ...(config === undefined ? {} : { config }),
    ...(history === undefined ? {} : { history }),
  });
}

const runConfigReaders: readonly (readonly [read: (field: Field) => unknown, ...names: string[]])[] = [
  [string, 'User', 'WorkingDir', 'StopSignal'],
  [object, 'ExposedPorts', 'Volumes'],
  [(field) => items(field).map(string), 'Env', 'Entrypoint', 'Cmd'],
  [strings, 'Labels'],
];

function readRunConfig(field: Field): ImageRunConfig {
  for (const [read, ...names] of runConfigReaders) {
    for (const name of names) optional(member(field, name), read);
  }
  return withoutNulls(object(field));
}

function readHistory(field: Field): ImageHistory {
  for (const name of ['created', 'created_by', 'author', 'comment']) optional(member(field, name), string);
  const { value } = member(field, 'empty_layer');
  if (value !== undefined && typeof value !== 'boolean')
    throw wrong(member(field, 'empty_layer'), 'true or false');
  return withoutNulls(object(field));
}

function withoutNulls(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}
