import { resolveScalar } from './scalar.ts';

/** JSON, which is all that an object can be made of. */
type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };
type JsonMap = { readonly [key: string]: Json };

/** Keys that come first, in this order, in objects and in their metadata; the rest keeps its order. */
const objectOrder = ['apiVersion', 'kind', 'metadata', 'spec'];
const metadataOrder = ['name', 'generateName', 'namespace', 'labels', 'annotations'];
/** YAML limits keys of the short form to 1024 characters. */
const longestKey = 1000;

/**
 * Writes objects as a YAML stream in Kubernetes' style: block style, lists level with their key, long text as
 * literal blocks. A string is quoted wherever a YAML reader could take it for something else. What is read back
 * equals what was given, fields that are undefined apart.
 */
export function writeYaml(objects: readonly object[]): string {
  return objects.map((object) => mapLines(ordered(object as JsonMap), 0)).join('---\n');
}

function ordered(object: JsonMap): JsonMap {
  const { metadata } = object;
  const sorted = withFirst(object, objectOrder);
  return isMap(metadata) ? { ...sorted, metadata: withFirst(metadata, metadataOrder) } : sorted;
}

function withFirst(map: JsonMap, order: readonly string[]): JsonMap {
  const first = order.filter((key) => map[key] !== undefined);
  const rest = Object.keys(map).filter((key) => !first.includes(key));
  return Object.fromEntries([...first, ...rest].map((key) => [key, map[key]]));
}

function mapLines(map: JsonMap, indent: number): string {
  const pad = ' '.repeat(indent);
  const entries = Object.entries(map).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return `${pad}{}\n`;
  return entries
    .map(([key, value]) => {
      const name = key === '<<' ? '"<<"' : line(key);
      const start = name.length > longestKey ? `${pad}? ${name}\n${pad}:` : `${pad}${name}:`;
      return start + afterKey(value, indent);
    })
    .join('');
}

/** What stands after a key and its colon. */
function afterKey(value: Json, indent: number): string {
  if (isList(value) && value.length > 0) return `\n${listLines(value, indent)}`;
  if (isMap(value) && !isBare(value)) return `\n${mapLines(value, indent + 2)}`;
  return scalarLines(value, indent);
}

function listLines(list: readonly Json[], indent: number): string {
  const pad = ' '.repeat(indent);
  const inner = indent + 2;
  return list
    .map((item) => {
      if (isList(item) && item.length > 0) return `${pad}- ${listLines(item, inner).slice(inner)}`;
      if (isMap(item) && !isBare(item)) return `${pad}- ${mapLines(item, inner).slice(inner)}`;
      return `${pad}-${scalarLines(item, indent)}`;
    })
    .join('');
}

function scalarLines(value: Json, indent: number): string {
  if (isList(value)) return ' []\n';
  if (isMap(value)) return ' {}\n';
  if (typeof value === 'string') return isBlock(value) ? blockLines(value, indent) : ` ${line(value)}\n`;
  return ` ${value ?? null}\n`;
}

/** Text of several lines that a literal block holds exactly. */
function isBlock(text: string): boolean {
  return (
    text.includes('\n') &&
    !/^[\s]|[^\S\n]$|\n[^\S\n]+\n/.test(text) &&
    !/[\0-\x08\x0B-\x1F\x7F-\x9F\u2028\u2029\uFEFF\uFFFE\uFFFF]/.test(text) &&
    text.isWellFormed()
  );
}

function blockLines(text: string, indent: number): string {
  const pad = ' '.repeat(indent + 2);
  const body = text.replace(/\n+$/, '');
  const ends = text.length - body.length;
  const chomp = ends === 0 ? '-' : ends === 1 ? '' : '+';
  const lines = body.split('\n').map((each) => (each === '' ? '' : pad + each));
  return ` |${chomp}\n${lines.join('\n')}${'\n'.repeat(Math.max(ends, 1))}`;
}

/** A string on one line, bare where every reader takes it for this string. */
function line(text: string): string {
  return isPlain(text) ? text : quoted(text);
}

function isPlain(text: string): boolean {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return true;
  if (!/^(?:-{1,2}[A-Za-z]|[A-Za-z0-9/._$(])[\x20-\x7E\xA1-\uD7FF]*$/.test(text)) return false;
  if (/[\u2028\u2029]/.test(text)) return false;
  if (/: |:$| #|\s$|^\.\.\.|^[0-9.]+$|^[0-9][0-9:.,_TtZz+-]*$/.test(text)) return false;
  const resolved = resolveScalar({ text, tag: '', quoted: false });
  return 'value' in resolved && resolved.value === text;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7F-\x9F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBare(map: JsonMap): boolean {
  return Object.values(map).every((value) => value === undefined);
}
