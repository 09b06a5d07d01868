import { ValueError } from '../errors/value-error.ts';

/** What `-1` means: as long as it takes. Node's timers hold no more than 24 days. */
const FOR_EVER = 2_000_000;

/** Reads a whole number of seconds; -1 means to wait as long as it takes. Throws ValueError BAD_DURATION. */
export function readSeconds(text: string): number {
  if (text === '-1') return FOR_EVER;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new ValueError({
    code: 'BAD_DURATION',
    message: `${JSON.stringify(text)} is not a number of seconds`,
  });
}
