import { ValueError } from '../errors/value-error.ts';

/** Parses `name=value`; the value may hold more `=` and be empty. Throws ValueError BAD_NAME. */
export function parseAssignment(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new ValueError({
    code: 'BAD_NAME',
    message: `${JSON.stringify(text)} is not of the form name=value`,
  });
}
