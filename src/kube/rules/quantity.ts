import { ValueError } from '../../errors/value-error.ts';
import { parseQuantity, type Quantity } from '../../values/quantity.ts';
import type { Subject } from './subject.ts';

const units: Readonly<Record<string, readonly string[]>> = {
  k: ['k', 'Ki'],
  m: ['M', 'Mi'],
  g: ['G', 'Gi'],
  t: ['T', 'Ti'],
  p: ['P', 'Pi'],
  e: ['E', 'Ei'],
  ki: ['Ki'],
  mi: ['Mi'],
  gi: ['Gi'],
  ti: ['Ti'],
  pi: ['Pi'],
  ei: ['Ei'],
};

/** Checks a quantity that must not be negative. Returns it where it is one. */
export function checkQuantity(subject: Subject<string | undefined>): Quantity | undefined {
  const text = subject.value;
  if (text === undefined) return undefined;
  const quantity = quantityOf(text);
  if (quantity === undefined) {
    const near = nearQuantities(text);
    const hint =
      near.length === 0 ? 'write a number and a unit, such as 500m, 64Mi or 1Gi' : near.join(' or ');
    const what = text === '' ? 'the quantity is empty' : `${JSON.stringify(text)} is not a quantity`;
    subject.error('BAD_VALUE', what, near.length === 0 ? hint : `did you mean ${hint}?`);
  } else if (quantity.nano < 0n) subject.error('BAD_VALUE', `${text} is negative`, 'it must be at least 0');
  return quantity;
}

/** The quantity that a text is, or undefined. */
export function quantityOf(text: string): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

/** Quantities that a mistyped one may have meant: `6GiB` is 6Gi, `1K` is 1k or 1Ki. */
function nearQuantities(text: string): string[] {
  const [, amount = '', unit = ''] =
    /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(text.replace(/\s/g, '')) ?? [];
  const bare = unit.toLowerCase().replace(/b(?:ytes?)?$/, '');
  const known = bare === '' ? [''] : (units[bare] ?? []);
  const number = known.length > 0 && /[eE]/.test(amount) ? plainNumber(amount) : amount;
  return known.map((each) => `${number}${each}`).filter((each) => quantityOf(each) !== undefined);
}

function plainNumber(amount: string): string {
  const value = Number(amount);
  return Number.isSafeInteger(value) ? String(value) : amount;
}
