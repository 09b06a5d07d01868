import { createHash } from 'node:crypto';
import { parseDigest } from '../values/digest.ts';

/** Id of a layer on `parent`: of a base layer the hex of its tar's digest, of others a digest of the chain. */
export function layerId(diffDigest: string, parent: string | undefined): string {
  const { hex } = parseDigest(diffDigest);
  return parent === undefined ? hex : createHash('sha256').update(`${parent}+${hex}`).digest('hex');
}

/** Ids of all layers of an image, from the bottom up. */
export function layerIds(diffDigests: readonly string[]): string[] {
  const ids: string[] = [];
  for (const digest of diffDigests) ids.push(layerId(digest, ids.at(-1)));
  return ids;
}
