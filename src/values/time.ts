import { ValueError } from '../errors/value-error.ts';
import { parseDuration, toMilliseconds } from './duration.ts';

export interface TimeContext {
  readonly now: Date;
  /** Where a duration points: `past` for --since (`10m` is ten minutes ago), `future` for --until, as Podman has it. */
  readonly relative: 'past' | 'future';
}

const stamp =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Parses what --since and --until take: RFC 3339 (parts may be missing from the end; without a zone it is local
 * time), seconds since 1970 with an optional fraction, or a Go duration. Precise to the millisecond.
 * Throws ValueError BAD_TIME.
 */
export function parseTime(text: string, { now, relative }: TimeContext): Date {
  if (/^\d+(?:\.\d{1,9})?$/.test(text)) return valid(text, new Date(Math.trunc(Number(text) * 1000)));
  const match = stamp.exec(text);
  if (match !== null) return valid(text, fromStamp(match));
  try {
    const milliseconds = toMilliseconds(parseDuration(text));
    return valid(text, new Date(now.getTime() + (relative === 'past' ? -milliseconds : milliseconds)));
  } catch (error) {
    throw error instanceof ValueError ? bad(text, error) : error;
  }
}

function fromStamp(match: RegExpExecArray): Date {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const milliseconds = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const zone = match[8];
  const inRange = month >= 1 && month <= 12 && hour < 24 && minute < 60 && second < 60;
  const monthDays = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (!inRange || day < 1 || day > monthDays) return new Date(Number.NaN);
  if (zone === undefined) return new Date(year, month - 1, day, hour, minute, second, milliseconds);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - zoneOffset(zone));
}

function zoneOffset(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

function valid(text: string, date: Date): Date {
  if (Number.isNaN(date.getTime())) throw bad(text);
  return date;
}

function bad(text: string, cause?: unknown): ValueError {
  return new ValueError({
    code: 'BAD_TIME',
    message: `${JSON.stringify(text)} is not a time`,
    hint: 'write 2026-01-31T12:00:00Z, seconds since 1970, or a duration such as 10m',
    cause,
  });
}
