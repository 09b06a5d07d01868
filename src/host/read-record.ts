import { StateError } from '../errors/state-error.ts';
import { readFile } from './files.ts';

/** What a file of ours must say about itself to be believed. */
export interface RecordCheck {
  /** The newest format that this version reads. */
  readonly format: number;
  /** Fields that must have just these values. */
  readonly identity?: Readonly<Record<string, string>>;
}

/** Reads one record. Undefined if there is none. Throws StateError RECORD_NEWER, RECORD_CORRUPT, SystemError. */
export function readRecord<T extends { readonly format: number }>(
  path: string,
  check: RecordCheck,
): T | undefined {
  const content = readFile(path);
  return content === undefined ? undefined : parseRecord<T>(content.toString('utf8'), { path, ...check });
}

/** Throws StateError RECORD_NEWER, RECORD_CORRUPT. `path` is where the text was read, for the message. */
export function parseRecord<T extends { readonly format: number }>(
  text: string,
  { path, format, identity = {} }: RecordCheck & { readonly path: string },
): T {
  const record = parseObject(text, path);
  const found = record['format'];
  if (typeof found !== 'number') throw corrupt(path, 'it has no format number');
  if (found > format) throw newer(path, { found, format });
  for (const [field, value] of Object.entries(identity)) {
    if (record[field] !== value) throw corrupt(path, `its ${field} is not ${JSON.stringify(value)}`);
  }
  return record as unknown as T;
}

/** The JSON object in a text. Throws StateError RECORD_CORRUPT. */
export function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw corrupt(path, text === '' ? 'it is empty' : 'it is not JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(path, 'it is not a JSON object');
  }
  return value as Record<string, unknown>;
}

export function corrupt(path: string, why: string, cause?: unknown): StateError {
  return new StateError({
    code: 'RECORD_CORRUPT',
    kind: 'external',
    message: `the record ${path} is damaged: ${why}`,
    hint: `restore it from a backup, or move it away (mv ${path} ${path}.damaged) and run: pod system check --repair`,
    cause,
  });
}

export function newer(
  path: string,
  { found, format }: { readonly found: number; readonly format: number },
): StateError {
  return new StateError({
    code: 'RECORD_NEWER',
    message: `the record ${path} has format ${found}, and this version of pod reads up to ${format}`,
    hint: 'use the newer version of pod that wrote it',
  });
}
