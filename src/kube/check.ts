import type { Fault } from '../errors/manifest-error.ts';
import { kindSchema } from '../schema/schema.ts';
import { decoded, wellTyped } from '../schema/shape.ts';
import { validateShape } from '../schema/validate.ts';
import type { Kind } from './kinds/kind.ts';
import { recognize } from './kinds.ts';
import { type Data, type DataObject, isObject, type WrittenObject } from './objects.ts';
import { type Finding, faultAt } from './page.ts';
import { formatPath, type Steps } from './path.ts';
import { checkMetadata } from './rules/metadata.ts';
import { type Report, Subject } from './rules/subject.ts';
import { word } from './shape-finding.ts';
import type { Validation } from './validation.ts';
import type { KubeObject } from './wire.ts';

/** An object after its check. It is only worth using where no fault is an error. */
export interface Checked {
  readonly object: KubeObject;
  /** True if `play` acts on objects of its kind. */
  readonly acts: boolean;
  readonly faults: readonly Fault[];
}

/** Checks one object as the API server would: its kind, every field's type, and the rules beyond types. */
export function checkObject(written: WrittenObject, validation: Validation): Checked {
  const { apiVersion, kind } = written.data as unknown as KubeObject;
  const recognized = recognize(apiVersion, kind);
  switch (recognized.is) {
    case 'mistake':
      return untyped(written, { at: 'value', ...recognized });
    case 'custom': {
      const message = `${kind} of ${apiVersion} is not one of Kubernetes' own kinds and is left out`;
      const finding: Finding = { severity: 'warning', code: 'UNSUPPORTED', message, path: 'kind' };
      return untyped(written, { at: 'value', finding });
    }
    case 'builtin':
      return checkBuiltin(written, recognized.kind, validation);
  }
}

function untyped(
  written: WrittenObject,
  { finding, at }: { finding: Finding; at: 'key' | 'value' },
): Checked {
  const place = written.locate(finding.path ?? '', at);
  const object = withMetadata(toJson(written.data) as DataObject) as unknown as KubeObject;
  return { object, acts: false, faults: [faultAt(written.file.name, place, finding)] };
}

function checkBuiltin(written: WrittenObject, kind: Kind, validation: Validation): Checked {
  const faults = new FaultList(written);
  if (!kind.acts) {
    const message = `${kind.name} objects are not acted on yet`;
    const finding: Finding = { severity: 'warning', code: 'NOT_ACTED_ON', message };
    faults.add(['kind'], 'value', finding);
  }
  const typed = kindSchema(kind.name) !== undefined;
  const data = typed ? decoded(kind.name, written.data) : toJson(written.data);
  checkShape(data, { written, kind: kind.name, validation, faults });
  const object = withoutEmptyNamespace(
    (typed ? wellTyped(kind.name, data) : withMetadata(data as DataObject)) as KubeObject,
  );
  const subject = new Subject(object, [], faults);
  if (kind.name !== 'List') checkMetadata(subject.at('metadata').as(), kind.nameRule);
  if (typed) kind.check?.(subject, { folder: written.file.folder });
  return { object, acts: kind.acts, faults: faults.list };
}

interface Shape {
  readonly written: WrittenObject;
  readonly kind: string;
  readonly validation: Validation;
  readonly faults: FaultList;
}

function checkShape(data: unknown, { written, kind, validation, faults }: Shape): void {
  const place = (steps: Steps) => written.locate(formatPath(steps));
  for (const fault of validateShape(kind, data)) {
    const { finding, steps, at, unknown } = word(fault, { kind, data: data as Data, place });
    if (unknown === undefined) faults.add(steps, at, finding);
    else if (unknown === 'mistaken' || validation === 'strict') faults.add(steps, at, finding);
    else if (validation === 'warn') faults.add(steps, at, { ...finding, severity: 'warning' });
  }
}

/** Collects an object's faults. What rules say about a value whose type is already wrong is left out. */
class FaultList {
  readonly list: Fault[] = [];
  readonly #written: WrittenObject;
  readonly #misshapen: Steps[] = [];

  constructor(written: WrittenObject) {
    this.#written = written;
  }

  /** Adds what the schema found. */
  add(steps: Steps, at: 'key' | 'value', finding: Finding): void {
    if (finding.severity !== 'warning') this.#misshapen.push(steps);
    this.#push(steps, at, finding);
  }

  /** Adds what a rule found. */
  report({ steps, at, severity, code, message, hint }: Report): void {
    if (this.#misshapen.some((other) => isWithin(other, steps) || isWithin(steps, other))) return;
    this.#push(steps, at, { severity, code, message, hint });
  }

  place(steps: Steps, at: 'key' | 'value') {
    return this.#written.locate(formatPath(steps), at);
  }

  #push(steps: Steps, at: 'key' | 'value', finding: Finding): void {
    const path = formatPath(steps);
    this.list.push(faultAt(this.#written.file.name, this.#written.locate(path, at), { ...finding, path }));
  }
}

/** True if a path leads to, or into, what the other leads to. */
function isWithin(path: Steps, other: Steps): boolean {
  return other.every((step, index) => path[index] === step);
}

/** To the API an empty namespace is one that was left out; templates often write it. */
function withoutEmptyNamespace(object: KubeObject): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  return namespace === '' ? { ...object, metadata } : object;
}

/** Objects of kinds without a schema still have checkable metadata. */
function withMetadata(data: DataObject): DataObject {
  return { ...data, metadata: (wellTyped('ConfigMap', data) as DataObject)['metadata'] ?? {} };
}

function toJson(data: Data): unknown {
  if (typeof data === 'bigint') return Number(data);
  if (Array.isArray(data)) return data.map(toJson);
  if (!isObject(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toJson(value)]));
}
