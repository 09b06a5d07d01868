import { compactJson } from '../json.ts';
import { goText, isHeading, isStruct, isTrue } from './go-value.ts';
import { printf } from './printf.ts';
import { badTemplate } from './syntax.ts';

type Function = (...args: unknown[]) => unknown;

/** Functions of Go's templates, and those that Podman adds. `and` and `or` are the evaluator's, which stops early. */
export const functions: Readonly<Record<string, Function>> = {
  not: (value) => !isTrue(value),
  eq: (first, ...others) => others.some((other) => equal(first, other)),
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => order(a, b) < 0,
  le: (a, b) => order(a, b) <= 0,
  gt: (a, b) => order(a, b) > 0,
  ge: (a, b) => order(a, b) >= 0,
  len: length,
  index: (value, ...keys) => keys.reduce(element, value),
  slice,
  print: (...args) => args.reduce<string>(appendPrinted, ''),
  println: (...args) => `${args.map(goText).join(' ')}\n`,
  printf: (format, ...args) => printf(text(format), args),

  join: (list, separator) => array(list).map(goText).join(text(separator)),
  split: (value, separator) => text(value).split(text(separator)),
  json: compactJson,
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  title: (value) => text(value).replace(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (letter) => letter.toUpperCase()),
  pad: (value, before, after) =>
    text(value) === '' ? '' : `${' '.repeat(count(before))}${text(value)}${' '.repeat(count(after))}`,
  truncate: (value, limit) => text(value).slice(0, count(limit)),
};

export const functionNames: ReadonlySet<string> = new Set([...Object.keys(functions), 'and', 'or']);

function text(value: unknown): string {
  if (typeof value === 'object' && value !== null && !isHeading(value)) {
    throw badTemplate(`expected a text, found ${goText(value)}`);
  }
  return goText(value);
}

function count(value: unknown): number {
  if (typeof value !== 'number' || value < 0 || value > 10_000)
    throw badTemplate(`${goText(value)} is no length`);
  return value;
}

function array(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (isHeading(value)) return [value];
  if (!Array.isArray(value)) throw badTemplate(`expected a list, found ${goText(value)}`);
  return value;
}

function equal(a: unknown, b: unknown): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === (b ?? null);
  sameKind(a, b);
  return a === b || (typeof a === 'bigint' && a === BigInt(b as bigint));
}

function order(a: unknown, b: unknown): number {
  sameKind(a, b);
  if (typeof a === 'boolean') throw badTemplate('true and false have no order');
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

function sameKind(a: unknown, b: unknown): void {
  const [left, right] = [a, b].map((value) => (typeof value === 'bigint' ? 'number' : typeof value));
  if (left !== right || left === 'object') throw badTemplate(`cannot compare ${goText(a)} with ${goText(b)}`);
}

function length(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (typeof value === 'object' && value !== null && !isStruct(value)) return Object.keys(value).length;
  throw badTemplate(`${goText(value)} has no length`);
}

function element(value: unknown, key: unknown): unknown {
  if (Array.isArray(value) || typeof value === 'string') {
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 0 || key >= value.length) {
      throw badTemplate(`index out of range: ${goText(key)}`);
    }
    return typeof value === 'string' ? value.charCodeAt(key) : value[key];
  }
  if (value instanceof Map) return value.get(key) ?? zero([...value.values()]);
  if (typeof value === 'object' && value !== null && !isStruct(value)) {
    return Object.hasOwn(value, String(key))
      ? (value as Record<string, unknown>)[String(key)]
      : zero(Object.values(value));
  }
  throw badTemplate(`cannot index ${goText(value)}`);
}

/** What a map of texts gives for a key that it lacks; for others there is no telling. */
function zero(values: readonly unknown[]): unknown {
  return values.every((value) => typeof value === 'string') ? '' : undefined;
}

function slice(value: unknown, from: unknown = 0, to: unknown = undefined): unknown {
  if (!Array.isArray(value) && typeof value !== 'string') throw badTemplate(`cannot slice ${goText(value)}`);
  const [start, end] = [count(from), to === undefined ? value.length : count(to)];
  if (start > end || end > value.length) throw badTemplate(`slice out of range: ${start}:${end}`);
  return value.slice(start, end);
}

/** Go's Print puts a space between two operands when neither is a text. */
function appendPrinted(printed: string, value: unknown, at: number, all: readonly unknown[]): string {
  const spaced = at > 0 && typeof value !== 'string' && typeof all[at - 1] !== 'string';
  return `${printed}${spaced ? ' ' : ''}${goText(value)}`;
}
