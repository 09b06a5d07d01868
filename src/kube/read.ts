import { type Fault, ManifestError } from '../errors/manifest-error.ts';
import type { Data } from './document.ts';
import type { LocatedObject } from './located.ts';
import type { ManifestFile } from './manifest-file.ts';
import { isObject, readObjects, type WrittenObject } from './objects.ts';
import type { KubeObject } from './wire.ts';

export type { ManifestFile } from './manifest-file.ts';

/** What to do about fields that Kubernetes does not know. */
export type Validation = 'warn' | 'strict' | 'ignore';

/** What was read, and what a person should hear about it. */
export interface Manifests {
  readonly objects: readonly LocatedObject[];
  readonly warnings: readonly Fault[];
}

/**
 * Reads manifests exactly as Kubernetes does: YAML or JSON, many documents, lists taken apart, and checks them
 * as the API server would. Throws ManifestError with every fault of every file.
 */
export function readManifests(files: readonly ManifestFile[], _options: { validate: Validation }): Manifests {
  const { objects, faults } = readObjects(files);
  if (faults.some((fault) => fault.severity === 'error')) throw new ManifestError(faults);
  return { objects: objects.map(located), warnings: faults };
}

function located(written: WrittenObject): LocatedObject {
  const { file, line, locate } = written;
  return {
    object: toJson(written.data) as KubeObject,
    file: file.name,
    ...(file.folder === undefined ? {} : { folder: file.folder }),
    line,
    locate,
  };
}

function toJson(data: Data): unknown {
  if (typeof data === 'bigint') return Number(data);
  if (Array.isArray(data)) return data.map(toJson);
  if (!isObject(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toJson(value)]));
}
