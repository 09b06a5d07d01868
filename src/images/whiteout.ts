/** What a layer's file name says about the layers below (OCI image spec, layer.md). */
export type Whiteout =
  /** The file of this name in the same folder is gone. */
  | { readonly type: 'removed'; readonly name: string }
  /** The folder hides all that lower layers have in it. */
  | { readonly type: 'opaque' }
  /** AUFS bookkeeping, which means nothing here. */
  | { readonly type: 'bookkeeping' };

const prefix = '.wh.';

/** Reads a base name as a whiteout marker; undefined for an ordinary name. */
export function parseWhiteout(base: string): Whiteout | undefined {
  if (!base.startsWith(prefix)) return undefined;
  if (base === '.wh..wh..opq') return { type: 'opaque' };
  if (base.startsWith('.wh..wh.')) return { type: 'bookkeeping' };
  return { type: 'removed', name: base.slice(prefix.length) };
}
