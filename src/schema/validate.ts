import * as validators from './generated/validators.js';
import { schemaAt } from './schema.ts';

/** A value that does not fit its kind's schema. `path` leads to the value, or to the object that lacks a field. */
export type ShapeFault =
  | { readonly problem: 'unknown-field'; readonly path: readonly (string | number)[]; readonly field: string }
  | { readonly problem: 'missing-field'; readonly path: readonly (string | number)[]; readonly field: string }
  | {
      readonly problem: 'wrong-type';
      readonly path: readonly (string | number)[];
      /** JSON Schema's names: `string`, `integer`, `object` ... */
      readonly expected: readonly string[];
    }
  | {
      readonly problem: 'out-of-range';
      readonly path: readonly (string | number)[];
      readonly minimum: number;
      readonly maximum: number;
    };

const byKind = validators as Readonly<Record<string, validators.Validator>>;

/** Every way in which an object does not fit the schema of its kind; none for kinds without a schema. */
export function validateShape(kind: string, value: unknown): readonly ShapeFault[] {
  const validate = Object.hasOwn(byKind, kind) ? byKind[kind] : undefined;
  if (validate === undefined || validate(value)) return [];
  const failures = validate.errors ?? [];
  return failures.map((failure) => toFault(kind, failure, steps(failure.instancePath, value)));
}

function toFault(
  kind: string,
  { keyword, params }: validators.Failure,
  path: readonly (string | number)[],
): ShapeFault {
  switch (keyword) {
    case 'additionalProperties':
      return { problem: 'unknown-field', path, field: String(params['additionalProperty']) };
    case 'required':
      return { problem: 'missing-field', path, field: String(params['missingProperty']) };
    case 'minimum':
    case 'maximum': {
      const { minimum = 0, maximum = 0 } = schemaAt(kind, path) ?? {};
      return { problem: 'out-of-range', path, minimum, maximum };
    }
    default: {
      const type = params['type'] ?? 'string';
      return { problem: 'wrong-type', path, expected: ([] as string[]).concat(type as string | string[]) };
    }
  }
}

/** A JSON pointer as steps; what is an index is told by the value that it leads into. */
function steps(pointer: string, value: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let at: unknown = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const step = Array.isArray(at) ? Number(key) : key;
    path.push(step);
    at = (at as Record<string | number, unknown>)[step];
  }
  return path;
}
