import { ValueError } from '../errors/value-error.ts';

/** Whether the text is a whole id: 64 lower-case hexadecimal digits. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Whether the text can be the beginning of an id: 1 to 64 lower-case hexadecimal digits. */
export function isIdPrefix(text: string): boolean {
  return /^[0-9a-f]{1,64}$/.test(text);
}

/** The first 12 digits, as listings show an id. A `sha256:` before it is dropped. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** Throws ValueError BAD_ID unless the text is a whole id; returns it. */
export function parseId(text: string): string {
  if (isId(text)) return text;
  throw new ValueError({
    code: 'BAD_ID',
    message: `${JSON.stringify(text.slice(0, 160))} is not an id`,
    hint: 'an id is 64 lower-case hexadecimal digits',
  });
}
