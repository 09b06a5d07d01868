import schemas from './generated/schemas.js';

/** The part of JSON Schema that schemas/kube is written in. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const all = schemas as Readonly<Record<string, Schema>>;
const definitions = all['definitions']?.$defs ?? {};

/** Kinds that are checked field by field. */
export const schemaKinds: readonly string[] = Object.keys(all).filter((name) => name !== 'definitions');

/** The schema of a kind's objects, or undefined where there is none. */
export function kindSchema(kind: string): Schema | undefined {
  return schemaKinds.includes(kind) ? all[kind] : undefined;
}

/** The schema that a reference stands for, or the schema itself. */
export function followed(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  return definitions[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {};
}

/** The schema of the value at a path, or undefined where the schemas know no such value. */
export function schemaAt(kind: string, path: readonly (string | number)[]): Schema | undefined {
  let schema = kindSchema(kind);
  for (const step of path) {
    if (schema === undefined) return undefined;
    schema = below(schema, step);
  }
  return schema;
}

function below(schema: Schema, step: string | number): Schema | undefined {
  const whole = followed(schema);
  if (typeof step === 'number') return whole.items === undefined ? undefined : followed(whole.items);
  const own = Object.hasOwn(whole.properties ?? {}, step) ? whole.properties?.[step] : undefined;
  const inner = own ?? whole.additionalProperties;
  return typeof inner === 'object' ? followed(inner) : undefined;
}
