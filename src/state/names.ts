import { readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, listFolder, removeFile, systemError } from '../host/files.ts';
import { pathSegment } from '../values/path-segment.ts';

/**
 * Which id has a name in a namespace: a link `names/<what>/<namespace>/<name>` whose target is the id. Every call is
 * made under the names lock. A link is written before its record and removed after it, so a link whose record is
 * missing belongs to nobody.
 */
export interface Names {
  /** The id that holds the name, if any; it may be one whose record is gone. */
  holder(name: ScopedName): string | undefined;
  reserve(name: ScopedName, id: string): void;
  /** Frees the name if this id holds it. */
  free(name: ScopedName, id: string): void;
  /** Frees the names of those that are not there. */
  sweep(isThere: (id: string) => boolean): void;
}

export interface ScopedName {
  readonly namespace: string;
  readonly name: string;
}

export function createNames(folder: string): Names {
  const scope = ({ namespace }: ScopedName) => join(folder, pathSegment(namespace));
  const pathOf = (scoped: ScopedName) => join(scope(scoped), pathSegment(scoped.name));
  const holder = (name: ScopedName) => targetOf(pathOf(name));

  function targetOf(path: string): string | undefined {
    try {
      return readlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw systemError(error);
    }
  }

  return {
    holder,

    reserve(name, id) {
      ensureFolder(scope(name));
      removeFile(pathOf(name));
      try {
        symlinkSync(id, pathOf(name));
      } catch (error) {
        throw systemError(error);
      }
    },

    free(name, id) {
      if (holder(name) === id) removeFile(pathOf(name));
    },

    sweep(isThere) {
      const links = listFolder(folder).flatMap((namespace) =>
        listFolder(join(folder, namespace)).map((name) => join(folder, namespace, name)),
      );
      for (const link of links) {
        const id = targetOf(link);
        if (id !== undefined && !isThere(id)) removeFile(link);
      }
    },
  };
}
