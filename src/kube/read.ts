import { type Fault, ManifestError } from '../errors/manifest-error.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';
import { checkObject } from './check.ts';
import type { LocatedObject } from './located.ts';
import type { ManifestFile } from './manifest-file.ts';
import { readObjects, type WrittenObject } from './objects.ts';
import { type Finding, faultAt } from './page.ts';
import type { Validation } from './validation.ts';
import type { KubeObject } from './wire.ts';

export type { LocatedObject } from './located.ts';
export type { ManifestFile } from './manifest-file.ts';
export type { Validation } from './validation.ts';

/** What was read, and what a person should hear about it. */
export interface Manifests {
  readonly objects: readonly LocatedObject[];
  readonly warnings: readonly Fault[];
}

/**
 * Reads manifests exactly as Kubernetes does: YAML or JSON, many documents, lists taken apart, and checks them
 * as the API server would. Objects that `play` does not act on yet give a warning each and are left out.
 * Files without any object give none. Throws ManifestError with every fault of every file.
 */
export function readManifests(
  files: readonly ManifestFile[],
  { validate }: { validate: Validation },
): Manifests {
  const { objects, faults } = inspectManifests(files, { validate });
  if (faults.some((fault) => fault.severity === 'error')) throw new ManifestError(faults);
  return { objects, warnings: faults };
}

/** What was found in manifests, whether they are valid or not. */
export interface Inspected {
  /** Objects that `play` acts on. What is wrong in them is left out, so that more can be said about the rest. */
  readonly objects: readonly LocatedObject[];
  readonly faults: readonly Fault[];
}

/** The same as `readManifests` for callers that have more to say: errors come with the warnings. */
export function inspectManifests(
  files: readonly ManifestFile[],
  { validate }: { validate: Validation },
): Inspected {
  const { objects, faults } = readObjects(files);
  const checked = objects.map((written) => ({ written, ...checkObject(written, validate) }));
  return {
    objects: checked.filter((each) => each.acts).map(located),
    faults: inOrder([...faults, ...checked.flatMap((each) => each.faults), ...twins(checked)]),
  };
}

function located({ written, object }: { written: WrittenObject; object: KubeObject }): LocatedObject {
  const { file, line, locate } = written;
  const folder = file.folder === undefined ? {} : { folder: file.folder };
  return { object, file: file.name, ...folder, line, locate };
}

/** Objects of the same kind, namespace and name would replace each other. */
function twins(checked: readonly { written: WrittenObject; object: KubeObject }[]): Fault[] {
  const first = new Map<string, WrittenObject>();
  return checked.flatMap(({ written, object }): Fault[] => {
    const { namespace, name } = object.metadata;
    if (name === undefined) return [];
    const key = JSON.stringify([object.apiVersion, object.kind, namespace ?? DEFAULT_NAMESPACE, name]);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, written);
      return [];
    }
    const message = `${object.kind} ${name} is here twice; the first is in ${earlier.file.name}, line ${earlier.line}`;
    const finding: Finding = {
      code: 'DUPLICATE',
      message,
      hint: 'rename or remove one',
      path: 'metadata.name',
    };
    return [faultAt(written.file.name, written.locate('metadata.name'), finding)];
  });
}

/** In the order of the text. A warning about a value that is wrong anyway says nothing new. */
function inOrder(faults: readonly Fault[]): Fault[] {
  const key = ({ file, line, column }: Fault) => JSON.stringify([file, line, column]);
  const errors = new Set(faults.filter(({ severity }) => severity === 'error').map(key));
  const kept = faults.filter((fault) => fault.severity === 'error' || !errors.has(key(fault)));
  const files = [...new Set(faults.map(({ file }) => file))];
  return kept.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
