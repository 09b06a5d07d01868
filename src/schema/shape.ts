import { followed, kindSchema, type Schema } from './schema.ts';

type Fields = Record<string, unknown>;

/**
 * An object as Kubernetes decodes it: null fields are absent, null items are their type's empty value, and
 * quantities written as numbers are strings. What does not fit its type, and unknown fields, stay as they are.
 */
export function decoded(kind: string, value: unknown): unknown {
  return decode(kindSchema(kind) ?? {}, value);
}

/**
 * A copy in which every value has the type that its schema says: misfits are left out (or emptied, in lists),
 * required fields are there. It is what rules can look at without asking for types again.
 */
export function wellTyped(kind: string, value: unknown): unknown {
  return typed(kindSchema(kind) ?? {}, value) ?? {};
}

function decode(reference: Schema, value: unknown): unknown {
  const schema = followed(reference);
  if (schema.format === 'quantity') return quantityText(value);
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    return value.map((item) => (item === null && schema.items ? empty(items) : decode(items, item)));
  }
  if (isFields(value)) return decodeFields(schema, value);
  return typeof value === 'bigint' && schema.type === undefined ? Number(value) : value;
}

function quantityText(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? value.trim() : value;
}

function decodeFields(schema: Schema, value: Fields): Fields {
  const map = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const entries = Object.entries(value).flatMap(([key, field]): [string, unknown][] => {
    const own = ownProperty(schema, key);
    if (field !== null || (own === undefined && map === undefined && schema.type === undefined)) {
      return [[key, decode(own ?? map ?? {}, field)]];
    }
    return own === undefined && map !== undefined ? [[key, empty(map)]] : [];
  });
  return Object.fromEntries(entries);
}

function typed(reference: Schema, value: unknown): unknown {
  const schema = followed(reference);
  const type = schema.const === undefined ? schema.type : 'string';
  if (type === undefined) return value;
  if (!([] as string[]).concat(type).some((name) => isOf(name, value))) return undefined;
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    return value.map((item) => typed(items, item) ?? empty(items));
  }
  return isFields(value) ? typedFields(schema, value) : value;
}

function typedFields(schema: Schema, value: Fields): Fields {
  const map = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const open = schema.properties === undefined && map === undefined;
  const result: Fields = Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      const inner = ownProperty(schema, key) ?? map ?? (open ? {} : undefined);
      const fitting = inner === undefined ? undefined : typed(inner, field);
      return fitting === undefined ? [] : [[key, fitting]];
    }),
  );
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(result, name)) result[name] = empty(ownProperty(schema, name) ?? {});
  }
  return result;
}

function ownProperty(schema: Schema, key: string): Schema | undefined {
  return Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : undefined;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isFields(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** The value that a type has before anything is set. */
function empty(reference: Schema): unknown {
  const schema = followed(reference);
  const [type] = ([] as (string | undefined)[]).concat(schema.type as string);
  switch (type) {
    case 'object':
      return typedFields(schema, {});
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return schema.const ?? '';
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
