import { VolumeError } from '../errors/volume-error.ts';
import type { KeyToPath } from '../kube/wire.ts';

/** Files by their path in the volume. */
export type Payload = ReadonlyMap<string, { readonly data: Uint8Array; readonly mode: number }>;

export interface Selection {
  readonly volume: string;
  /** Kind and name, for messages: `ConfigMap web`. */
  readonly object: string;
  /** Undefined if there is no such object. */
  readonly data: ReadonlyMap<string, Uint8Array> | undefined;
  /** Which keys at which paths; all, each at its own name, unless given. */
  readonly items: readonly KeyToPath[] | undefined;
  /** 0644 unless given. */
  readonly defaultMode: number | undefined;
  readonly optional: boolean | undefined;
}

/**
 * Chooses the files of a configMap or secret volume, as the kubelet does. Throws VolumeError SOURCE_MISSING, or
 * KEY_MISSING unless the source is optional, and PATH_INVALID.
 */
export function selectPayload(selection: Selection): Payload {
  const { volume, object, data, items, defaultMode = 0o644, optional = false } = selection;
  if (data === undefined && !optional) throw sourceMissing(volume, object);
  const source = data ?? new Map<string, Uint8Array>();
  if (items === undefined || items.length === 0) {
    return new Map([...source].map(([key, data]) => [key, { data, mode: defaultMode }]));
  }
  const payload = new Map<string, { readonly data: Uint8Array; readonly mode: number }>();
  for (const { key, path, mode = defaultMode } of items) {
    checkPath(volume, path);
    const value = source.get(key);
    if (value !== undefined) payload.set(path, { data: value, mode });
    else if (!optional) throw keyMissing(selection, key);
  }
  return payload;
}

/** Paths stay inside the volume, and names that begin with `..` belong to the writer. */
function checkPath(volume: string, path: string): void {
  const parts = path.split('/');
  if (!parts.some((part) => part === '' || part === '.' || part === '..') && !path.startsWith('..')) return;
  throw new VolumeError({
    code: 'PATH_INVALID',
    message: `volume ${volume}: an item has the path ${JSON.stringify(path)}`,
    hint: 'write a relative path that has no .. and does not begin with ..',
  });
}

function sourceMissing(volume: string, object: string): VolumeError {
  return new VolumeError({
    code: 'SOURCE_MISSING',
    message: `volume ${volume}: there is no ${object}`,
    hint: 'add it to the manifest or play it first, or set optional: true on the volume',
  });
}

function keyMissing({ volume, object, data }: Selection, key: string): VolumeError {
  const keys = [...(data?.keys() ?? [])];
  return new VolumeError({
    code: 'KEY_MISSING',
    message: `volume ${volume}: ${object} has no key ${key}`,
    hint: keys.length === 0 ? 'it has no keys at all' : `its keys are: ${keys.join(', ')}`,
  });
}
