import { ValueError } from '../errors/value-error.ts';

/** Linux signal numbers, the same on x86-64 and arm64. */
const numbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
};
const aliases: Readonly<Record<string, number>> = { IOT: 6, CLD: 17, POLL: 29, UNUSED: 31 };
const names: ReadonlyMap<number, string> = new Map(
  Object.entries(numbers).map(([name, number]) => [number, name]),
);
const realTimeMin = 34;
const realTimeMax = 64;

/**
 * The number of a signal given as `SIGTERM`, `term`, `15`, `SIGRTMIN+3` or `RTMAX-1`.
 * Throws ValueError BAD_SIGNAL.
 */
export function parseSignal(text: string): number {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const [, base, sign, offset = '0'] = /^(RTMIN|RTMAX)(?:([+-])([0-9]{1,2}))?$/.exec(name) ?? [];
  const number = /^[0-9]{1,2}$/.test(text)
    ? Number(text)
    : base === undefined
      ? (own(numbers, name) ?? own(aliases, name) ?? 0)
      : realTime({ base, sign, offset: Number(offset) });
  if (number >= 1 && number <= realTimeMax) return number;
  throw new ValueError({
    code: 'BAD_SIGNAL',
    message: `${JSON.stringify(text)} is not a signal`,
    hint: 'write a name such as SIGTERM or a number from 1 to 64',
  });
}

/** `SIGTERM` for 15, `SIGRTMIN+3` for 37. The two that libc keeps for itself have no name: `32`, `33`. */
export function formatSignal(number: number): string {
  const name = names.get(number);
  if (name !== undefined) return `SIG${name}`;
  if (number < realTimeMin || number > realTimeMax) return String(number);
  if (number === realTimeMax) return 'SIGRTMAX';
  if (number - realTimeMin > 15) return `SIGRTMAX-${realTimeMax - number}`;
  return number === realTimeMin ? 'SIGRTMIN' : `SIGRTMIN+${number - realTimeMin}`;
}

function realTime(parts: { base: string; sign: string | undefined; offset: number }): number {
  const { base, sign, offset } = parts;
  const number = base === 'RTMIN' ? realTimeMin + offset : realTimeMax - offset;
  const rightWay = sign === undefined || sign === (base === 'RTMIN' ? '+' : '-');
  return rightWay && number >= realTimeMin && number <= realTimeMax ? number : 0;
}

function own(table: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
