import { type ImageCode, ImageError } from '../errors/image-error.ts';

/** JSON of unknown shape at a place in a document that strangers wrote; every reader checks and throws `code`. */
export interface Field {
  readonly value: unknown;
  /** `manifest.layers[2].digest`, for messages. */
  readonly path: string;
  readonly code: ImageCode;
}

/** A JSON document as a field. Throws if the bytes are not UTF-8 JSON. */
export function document(bytes: Uint8Array, { path, code }: Omit<Field, 'value'>): Field {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), path, code };
  } catch (cause) {
    throw new ImageError({ code, message: `${path} is not JSON`, cause });
  }
}

/** The member `name` of an object field; its value is undefined if it is absent or null. */
export function member(field: Field, name: string): Field {
  const { path, code } = field;
  const entries = object(field);
  const value = Object.hasOwn(entries, name) ? entries[name] : undefined;
  return { value: value ?? undefined, path: `${path}.${name}`, code };
}

/** The field as a JSON object. */
export function object(field: Field): Readonly<Record<string, unknown>> {
  const { value } = field;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(field, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

/** The field's items, each a field. */
export function items(field: Field): readonly Field[] {
  const { value, path, code } = field;
  if (!Array.isArray(value)) throw wrong(field, 'a list');
  return value.map((item: unknown, index) => ({ value: item, path: `${path}[${index}]`, code }));
}

/** The field as a string. */
export function string(field: Field): string {
  if (typeof field.value !== 'string') throw wrong(field, 'a string');
  return field.value;
}

/** The field as a whole number, zero or more. */
export function count(field: Field): number {
  const { value } = field;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw wrong(field, 'a whole number');
  return value;
}

/** The field as an object of strings. */
export function strings(field: Field): Readonly<Record<string, string>> {
  for (const name of Object.keys(object(field))) string(member(field, name));
  return object(field) as Readonly<Record<string, string>>;
}

/** Reads the field unless it is absent. */
export function optional<T>(field: Field, read: (field: Field) => T): T | undefined {
  return field.value === undefined ? undefined : read(field);
}

/** The error for a field that is not what it should be. */
export function wrong({ path, code }: Field, expected: string): ImageError {
  return new ImageError({ code, message: `${path} is not ${expected}` });
}
