import { readSync } from 'node:fs';
import { ImageError } from '../errors/image-error.ts';
import { within } from './byte-path.ts';
import { blockSize } from './tar-header.ts';
import { TarReader } from './tar-reader.ts';

/** Where the content of a member is in the archive's file. */
export interface Member {
  readonly offset: number;
  readonly size: number;
}

/** An archive of images has a handful of members per layer. */
const maxMembers = 100_000;
const maxLinks = 10;

/**
 * Finds the members of a tar without reading their contents. Names are byte strings without leading `./`; links to
 * other members are resolved, the last member of a name counts. Throws ImageError ARCHIVE_INVALID.
 */
export function indexMembers(descriptor: number, size: number): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  const links = new Map<string, string>();
  let position = 0;
  const reader = new TarReader({
    raw() {},
    content() {},
    close() {},
    entry({ name, type, storedSize, linkName, sparse }) {
      if (members.size + links.size >= maxMembers) throw invalid('it has too many members');
      if (sparse !== undefined) throw invalid('a member is sparse');
      const path = within(name);
      if (type === 'file') members.set(path, { offset: position, size: storedSize });
      else if (type === 'hardlink') links.set(path, within(linkName));
      else if (type === 'symlink') links.set(path, within(`${path}/../${linkName}`));
    },
  });
  const block = Buffer.alloc(blockSize);
  try {
    while (position < size) {
      const skipped = Math.min(reader.skippable, size - position);
      position += skipped;
      if (skipped > 0) reader.skip(skipped);
      const length = readSync(descriptor, block, 0, blockSize - (position % blockSize), position);
      if (length === 0) break;
      position += length;
      reader.push(block.subarray(0, length));
    }
    reader.end();
  } catch (error) {
    throw error instanceof ImageError && error.code === 'LAYER_INVALID'
      ? invalid(error.message, error)
      : error;
  }
  return withLinks(members, links);
}

function withLinks(members: Map<string, Member>, links: ReadonlyMap<string, string>): Map<string, Member> {
  const resolved = new Map(members);
  for (const [name, first] of links) {
    let target: string | undefined = first;
    for (let hops = 0; hops < maxLinks && target !== undefined && !members.has(target); hops++) {
      target = links.get(target);
    }
    const member = target === undefined ? undefined : members.get(target);
    if (member !== undefined && !members.has(name)) resolved.set(name, member);
  }
  return resolved;
}

function invalid(reason: string, cause?: unknown): ImageError {
  return new ImageError({
    code: 'ARCHIVE_INVALID',
    message: `the archive cannot be read: ${reason}`,
    hint: 'it must be a docker-archive or an oci-archive, as podman save and docker save make them',
    cause,
  });
}
