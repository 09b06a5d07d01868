import { ValueError } from '../errors/value-error.ts';

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact Kubernetes quantity. `nano` counts billionths of one unit (a core, a byte). */
export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

const billion = 1_000_000_000n;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const limit = (2n ** 63n - 1n) * billion;
const syntax = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,3})?$/;

/**
 * Parses a quantity such as `500m`, `1.5Gi`, `1e3` or `2` as Kubernetes does: parts below a billionth round
 * away from zero, values beyond 2^63-1 are cut to it. Throws ValueError BAD_QUANTITY.
 */
export function parseQuantity(text: string | number): Quantity {
  const [, sign, integer = '', fraction = '', suffix = ''] = syntax.exec(String(text)) ?? [];
  if (sign === undefined || integer + fraction === '') throw bad(text);
  const digits = BigInt(integer + fraction);
  const { scale, format } = suffixScale(suffix);
  const decimals = scale.exponent + 9 - fraction.length;
  const scaled = digits * scale.factor;
  const nano = decimals >= 0 ? scaled * 10n ** BigInt(decimals) : ceil(scaled, 10n ** BigInt(-decimals));
  const capped = nano > limit ? limit : nano;
  return Object.freeze({ nano: sign === '-' ? -capped : capped, format });
}

/** Whole units (cores, bytes), rounded up. */
export function wholeUnits({ nano }: Quantity): bigint {
  return ceil(nano, billion);
}

/** Thousandths (millicores), rounded up. */
export function milliUnits({ nano }: Quantity): bigint {
  return ceil(nano, 1_000_000n);
}

/** Prints the canonical form: no fraction, the largest suffix that loses nothing. `0.5` is `500m`, `1.5Gi` is `1536Mi`. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano < 0n) return `-${formatQuantity({ nano: -nano, format })}`;
  if (nano === 0n) return '0';
  if (format === 'BinarySI' && nano >= 1024n * billion && nano % billion === 0n) {
    const { digits, step } = largestStep(nano / billion, 1024n, binarySuffixes.length - 1);
    return `${digits}${binarySuffixes[step]}`;
  }
  const { digits, step } = largestStep(nano, 1000n, decimalSuffixes.length - 1);
  if (format === 'DecimalExponent') return step === 3 ? `${digits}` : `${digits}e${(step - 3) * 3}`;
  return `${digits}${decimalSuffixes[step]}`;
}

function suffixScale(suffix: string): {
  readonly scale: { readonly factor: bigint; readonly exponent: number };
  readonly format: QuantityFormat;
} {
  const decimal = decimalSuffixes.indexOf(suffix);
  if (decimal >= 0) return { scale: { factor: 1n, exponent: (decimal - 3) * 3 }, format: 'DecimalSI' };
  const binary = binarySuffixes.indexOf(suffix);
  if (binary >= 0) return { scale: { factor: 1024n ** BigInt(binary), exponent: 0 }, format: 'BinarySI' };
  return { scale: { factor: 1n, exponent: Number(suffix.slice(1)) }, format: 'DecimalExponent' };
}

function largestStep(value: bigint, base: bigint, most: number): { digits: bigint; step: number } {
  let digits = value;
  let step = 0;
  while (step < most && digits % base === 0n) {
    digits /= base;
    step += 1;
  }
  return { digits, step };
}

function ceil(value: bigint, divisor: bigint): bigint {
  const whole = value / divisor;
  return value > 0n && value % divisor !== 0n ? whole + 1n : whole;
}

function bad(text: string | number): ValueError {
  return new ValueError({
    code: 'BAD_QUANTITY',
    message: `${JSON.stringify(text)} is not a quantity`,
    hint: 'write a number with an optional unit: 500m, 2, 64Mi, 1Gi',
  });
}
