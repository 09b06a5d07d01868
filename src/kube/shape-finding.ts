import { fieldsAt, homeOf, knownElsewhere } from '../schema/known-fields.ts';
import type { ShapeFault } from '../schema/validate.ts';
import { nearest } from '../values/nearest.ts';
import { type Data, isObject } from './objects.ts';
import type { Finding, Place } from './page.ts';
import { formatPath, type Steps } from './path.ts';

/** How much an unknown field matters: whoever meant another field must hear of it as an error. */
export type Unknown = 'mistaken' | 'unknown';

/** A schema fault in words, and whether its key or its value is meant. */
export interface Worded {
  readonly finding: Finding;
  readonly steps: Steps;
  readonly at: 'key' | 'value';
  readonly unknown?: Unknown;
}

/** What wording a fault needs: the object, and the text that a value was written with. */
export interface Context {
  readonly kind: string;
  readonly data: Data;
  readonly place: (steps: Steps) => Place;
}

/** Puts a schema fault into words that name what is there, what should be, and the way out. */
export function word(fault: ShapeFault, context: Context): Worded {
  switch (fault.problem) {
    case 'missing-field': {
      const steps = [...fault.path, fault.field];
      const finding: Finding = { code: 'MISSING_FIELD', message: `${formatPath(steps)} is missing` };
      return { finding, steps, at: 'value' };
    }
    case 'unknown-field':
      return wordUnknown(fault, context);
    case 'out-of-range': {
      const message = `the number ${shown(fault.path, context)} is out of range`;
      const hint = `it must be from ${fault.minimum} to ${fault.maximum}`;
      return { finding: { code: 'BAD_VALUE', message, hint }, steps: fault.path, at: 'value' };
    }
    case 'wrong-type':
      return wordType(fault, context);
  }
}

function wordUnknown({ path, field }: Extract<ShapeFault, { field: string }>, { kind }: Context): Worded {
  const steps = [...path, field];
  const message = `unknown field ${JSON.stringify(field)}${path.length === 0 ? '' : ` in ${formatPath(path)}`}`;
  const near = nearField(field, fieldsAt(kind, path));
  const home = near === undefined ? homeOf(kind, path, field) : undefined;
  const hint =
    near !== undefined
      ? `did you mean ${near}?`
      : home === undefined
        ? undefined
        : `${field} belongs in ${home.length === 0 ? 'the object itself' : formatPath(home).replaceAll('[0]', '[]')}`;
  const mistaken = hint !== undefined || knownElsewhere(path, field);
  const finding: Finding = { code: 'UNKNOWN_FIELD', message, hint: hint ?? 'remove it' };
  return { finding, steps, at: 'key', unknown: mistaken ? 'mistaken' : 'unknown' };
}

/** A field that a mistyped or shortened one may have meant, `workdir` being short for workingDir. */
function nearField(field: string, fields: readonly string[]): string | undefined {
  const letters = [...field.toLowerCase()].map((letter) => letter.replace(/\W/g, '\\$&'));
  const shortened = new RegExp(`^${letters.join('.*')}$`);
  return (
    nearest(field, fields) ??
    fields.find((each) => field.length * 2 > each.length && shortened.test(each.toLowerCase()))
  );
}

const words: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

function wordType({ path, expected }: Extract<ShapeFault, { expected: unknown }>, context: Context): Worded {
  const found = valueAt(context.data, path);
  const wanted = expected.map((type) => words[type] ?? type).join(' or ');
  const message = `${formatPath(path)} must be ${wanted}, not ${described(found, path, context)}`;
  const hint = wayOut(expected, found, shown(path, context));
  return { finding: { code: 'WRONG_TYPE', message, hint }, steps: path, at: 'value' };
}

function described(found: Data | undefined, path: Steps, context: Context): string {
  if (Array.isArray(found)) return 'a list';
  if (isObject(found)) return 'a map';
  const type = typeof found === 'bigint' ? 'number' : typeof found === 'string' ? 'string' : typeof found;
  return isSecret(path, context) ? `a ${type}` : `the ${type} ${shown(path, context)}`;
}

function wayOut(expected: readonly string[], found: Data | undefined, text: string): string | undefined {
  const scalar = typeof found !== 'object';
  if (expected.includes('string')) return scalar ? `quote it: "${text}"` : undefined;
  if (expected.includes('array')) return scalar ? `write a list: ["${text}"]` : 'start each item with -';
  if (typeof found !== 'string') return undefined;
  if (expected.includes('integer')) {
    if (/^\d+-\d+$/.test(found)) return 'Kubernetes has no port ranges: write one entry for each';
    if (/^[+-]?\d+$/.test(found)) return `write ${found} without quotes`;
  }
  if (expected.includes('boolean') && /^(?:true|false|yes|no|on|off)$/i.test(found)) {
    return `write ${/^(?:true|yes|on)$/i.test(found)} without quotes`;
  }
  return undefined;
}

/** The text as it was written, without its quotes; hidden in a Secret. */
function shown(path: Steps, context: Context): string {
  if (isSecret(path, context)) return '...';
  const found = valueAt(context.data, path);
  if (typeof found === 'string') return found.length > 60 ? `${found.slice(0, 57)}...` : found;
  const { source, column, length } = context.place(path);
  return source.slice(column - 1, column - 1 + length);
}

function isSecret(path: Steps, { kind }: Context): boolean {
  return kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData');
}

function valueAt(data: Data | undefined, path: Steps): Data | undefined {
  let at = data;
  for (const step of path) {
    if (Array.isArray(at) && typeof step === 'number') at = at[step];
    else at = isObject(at) && typeof step === 'string' ? at[step] : undefined;
  }
  return at;
}
