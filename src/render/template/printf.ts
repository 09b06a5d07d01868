import { goText } from './go-value.ts';

const verb = /%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** Formats by the verbs of Go's fmt that make sense for our data; a wrong one is printed as Go does, `%!d(text)`. */
export function printf(format: string, args: readonly unknown[]): string {
  let at = 0;
  const printed = format.replace(
    verb,
    (_, flags: string, width: string, precision: string, letter: string) => {
      if (letter === '%') return '%';
      if (at >= args.length) return `%!${letter}(MISSING)`;
      const value = args[at++];
      const digits = precision === undefined ? undefined : Number(precision);
      const text = convert(letter, value, digits, flags) ?? `%!${letter}(${goText(value)})`;
      return pad(text, Math.min(Number(width ?? 0), 10_000), flags);
    },
  );
  return at < args.length ? `${printed}%!(EXTRA ${args.slice(at).map(goText).join(', ')})` : printed;
}

function convert(
  letter: string,
  value: unknown,
  digits: number | undefined,
  flags: string,
): string | undefined {
  switch (letter) {
    case 'v':
      return goText(value);
    case 's':
      return goText(value).slice(0, digits);
    case 'q':
      return JSON.stringify(goText(value));
    case 't':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'x':
    case 'X': {
      const hex = isInteger(value) ? value.toString(16) : Buffer.from(goText(value)).toString('hex');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
    case 'd':
      return isInteger(value) ? signed(value.toString(), flags) : undefined;
    case 'o':
      return isInteger(value) ? value.toString(8) : undefined;
    case 'b':
      return isInteger(value) ? value.toString(2) : undefined;
    case 'c':
      return typeof value === 'number' ? String.fromCodePoint(value) : undefined;
    case 'f':
      return typeof value === 'number' ? signed(value.toFixed(Math.min(digits ?? 6, 100)), flags) : undefined;
    case 'e':
      return typeof value === 'number'
        ? signed(value.toExponential(Math.min(digits ?? 6, 100)).replace(/e([+-])(\d)$/, 'e$10$2'), flags)
        : undefined;
    case 'g':
      return typeof value === 'number' ? signed(String(value), flags) : undefined;
    default:
      return undefined;
  }
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value);
}

function signed(digits: string, flags: string): string {
  if (digits.startsWith('-')) return digits;
  return flags.includes('+') ? `+${digits}` : flags.includes(' ') ? ` ${digits}` : digits;
}

function pad(text: string, width: number, flags: string): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || !/^[+-]?[\d.]+$/.test(text)) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
