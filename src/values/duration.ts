import { ValueError } from '../errors/value-error.ts';

const unitNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const term = /([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)/y;
const limit = 2n ** 63n - 1n;

/**
 * Parses a Go duration such as `1h30m`, `-1.5s` or `0` into nanoseconds.
 * Throws ValueError BAD_DURATION, also beyond the 64 bits that Go gives it.
 */
export function parseDuration(text: string): bigint {
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0n;
  let total = 0n;
  let at = 0;
  while (at < rest.length) {
    term.lastIndex = at;
    const [whole, integer = '', fraction = '', unit = ''] = term.exec(rest) ?? [];
    const scale = unitNanoseconds[unit];
    if (whole === undefined || scale === undefined || integer + fraction === '') throw bad(text);
    total +=
      BigInt(integer || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
    at += whole.length;
  }
  if (rest === '' || total > limit) throw bad(text);
  return sign === '-' ? -total : total;
}

/** Prints nanoseconds as Go does: `1h30m0s`, `1.5s`, `20ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${formatDuration(-nanoseconds)}`;
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 6)}ms`;
  const minutes = nanoseconds / 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  if (minutes < 60n) return `${minutes}m${seconds}`;
  return `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** Nanoseconds as whole milliseconds, rounded up, so that a timer never fires early. */
export function toMilliseconds(nanoseconds: bigint): number {
  const whole = nanoseconds / 1_000_000n;
  return Number(nanoseconds > whole * 1_000_000n ? whole + 1n : whole);
}

/** The longest that a timer of Node takes, in milliseconds: 24 days. A longer one would fire at once. */
export const longestTimer = 2 ** 31 - 1;

/** Milliseconds in the words that Podman and Docker use for ages: `About a minute`, `3 hours`, `2 weeks`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  const minutes = Math.trunc(milliseconds / 60_000);
  const hours = Math.trunc(milliseconds / 3_600_000 + 0.5);
  const steps: readonly [below: boolean, words: string][] = [
    [seconds < 1, 'Less than a second'],
    [seconds === 1, '1 second'],
    [seconds < 60, `${seconds} seconds`],
    [minutes === 1, 'About a minute'],
    [minutes < 60, `${minutes} minutes`],
    [hours === 1, 'About an hour'],
    [hours < 48, `${hours} hours`],
    [hours < 24 * 14, `${Math.trunc(hours / 24)} days`],
    [hours < 24 * 60, `${Math.trunc(hours / 24 / 7)} weeks`],
    [hours < 24 * 365 * 2, `${Math.trunc(hours / 24 / 30)} months`],
  ];
  return steps.find(([below]) => below)?.[1] ?? `${Math.trunc(milliseconds / 3_600_000 / 24 / 365)} years`;
}

function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (value % scale).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / scale}` : `${value / scale}.${fraction}`;
}

function bad(text: string): ValueError {
  return new ValueError({
    code: 'BAD_DURATION',
    message: `${JSON.stringify(text)} is not a duration`,
    hint: 'write a number with a unit: 300ms, 10s, 1h30m',
  });
}
