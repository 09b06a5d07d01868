/**
 * What a YAML scalar means to Kubernetes. sigs.k8s.io/yaml reads YAML 1.1 with exceptions (no base 60, no
 * dates, `0o17` is octal), so that neither version of the specification describes it.
 */

/** A scalar's value. `bigint` is an integer that a double cannot hold exactly. */
export type ScalarValue = string | number | bigint | boolean | null;

/** The tag that a scalar was written with, `tag:yaml.org,2002:int` or shortened by `!!`; '' for none. */
export interface TaggedScalar {
  readonly text: string;
  readonly tag: string;
  /** True for quoted and block scalars, which stay strings unless a tag says otherwise. */
  readonly quoted: boolean;
}

/** The value, or why there is none. */
export type Resolved = { readonly value: ScalarValue } | { readonly problem: string };

const core = 'tag:yaml.org,2002:';

const words = new Map<string, ScalarValue>([
  ...spellings(true, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']),
  ...spellings(false, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']),
  ...spellings(null, ['', '~', 'null', 'Null', 'NULL']),
  ...spellings(Number.NaN, ['.nan', '.NaN', '.NAN']),
  ...spellings(Number.POSITIVE_INFINITY, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']),
  ...spellings(Number.NEGATIVE_INFINITY, ['-.inf', '-.Inf', '-.INF']),
]);

function spellings(value: ScalarValue, texts: readonly string[]): [string, ScalarValue][] {
  return texts.map((text) => [text, value]);
}

/** Reads a scalar as Kubernetes does. */
export function resolveScalar({ text, tag, quoted }: TaggedScalar): Resolved {
  const name = tag.startsWith(core) ? tag.slice(core.length) : tag;
  switch (name) {
    case '':
      return { value: quoted ? text : implicit(text) };
    case 'binary':
      return binary(text);
    case 'bool':
    case 'int':
    case 'float':
    case 'null':
    case 'timestamp':
      return typed(text, name);
    default:
      return { value: text };
  }
}

function implicit(text: string): ScalarValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (/^[-+0-9]/.test(text)) return number(text.replaceAll('_', '')) ?? text;
  if (/^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/.test(text)) return finite(text) ?? text;
  return text;
}

function number(text: string): number | bigint | undefined {
  const integer = wholeNumber(text);
  if (integer !== undefined) return integer;
  return /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text) ? finite(text) : undefined;
}

function finite(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Go's integer literals in 64 bits: sign, then 0x, 0b, 0o, a leading 0 for octal, or decimal. */
function wholeNumber(text: string): number | bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))$/.exec(text);
  if (match === null || text.length > 70) return undefined;
  const [, sign = '', hex, bits, octal, decimal] = match;
  const size =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : bits !== undefined
        ? BigInt(`0b${bits}`)
        : octal !== undefined
          ? BigInt(`0o${octal}`)
          : BigInt(decimal ?? '0');
  const value = sign === '-' ? -size : size;
  const largest = sign === '' ? 2n ** 64n - 1n : 2n ** 63n - 1n;
  if (value < -(2n ** 63n) || value > largest) return undefined;
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

function binary(text: string): Resolved {
  const packed = text.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed)) {
    return { problem: '!!binary is not valid base64' };
  }
  return { value: Buffer.from(packed, 'base64').toString('utf8') };
}

function typed(text: string, name: 'bool' | 'int' | 'float' | 'null' | 'timestamp'): Resolved {
  const value = implicit(text);
  const fits = {
    bool: typeof value === 'boolean',
    int: typeof value === 'bigint' || Number.isInteger(value),
    float: typeof value === 'bigint' || typeof value === 'number',
    null: value === null,
    timestamp: typeof value === 'string' && /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt \t])/.test(text),
  }[name];
  return fits ? { value } : { problem: `this is not a value of the type !!${name}` };
}

/**
 * The JSON key that a scalar used as a map key becomes, or undefined where Kubernetes refuses it (null, and
 * integers from 2^63 on). Floats are written in single precision, as Kubernetes does.
 */
export function keyText(value: ScalarValue, text: string): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'bigint':
      return value < 2n ** 63n ? String(value) : undefined;
    case 'number':
      return wholeNumber(text.replaceAll('_', '')) === undefined ? floatKey(value) : String(value);
    default:
      return undefined;
  }
}

function floatKey(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  const exact = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    .map((digits) => Number(single.toPrecision(digits)))
    .find((candidate) => Math.fround(candidate) === single);
  const shortest = exact ?? single;
  const [mantissa = '', power = ''] = shortest.toExponential().split('e');
  if (Number(power) >= -4 && Number(power) < 6) return String(shortest);
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}
