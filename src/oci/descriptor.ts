import { isDigest } from '../values/digest.ts';
import { count, type Field, items, member, optional, string, strings, wrong } from './fields.ts';
import { type Platform, parsePlatform } from './platform.ts';

/** What a manifest says about a blob (OCI image spec, descriptor.md). `digest` is `sha256:<hex>` or `sha512:<hex>`. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

/** Reads a descriptor out of a document. Throws ImageError with the document's code. */
export function parseDescriptor(field: Field): Descriptor {
  const digest = member(field, 'digest');
  if (!isDigest(string(digest))) throw wrong(digest, 'a digest');
  const urls = optional(member(field, 'urls'), (list) => items(list).map(string));
  const annotations = optional(member(field, 'annotations'), strings);
  const platform = optional(member(field, 'platform'), parsePlatform);
  return Object.freeze({
    mediaType: string(member(field, 'mediaType')),
    digest: string(digest),
    size: count(member(field, 'size')),
    ...(urls === undefined ? {} : { urls }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(platform === undefined ? {} : { platform }),
  });
}
