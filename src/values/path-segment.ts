import { createHash } from 'node:crypto';

const longest = 200;
const hashLength = 64;

/**
 * One name as one segment of a path: what is not a letter, digit, `.`, `_` or `-` is percent-encoded, byte by byte,
 * and so is a leading `.` or `_`. Beyond 200 bytes it is cut and a hash follows, so that the file inside has to tell
 * the whole name. Different names give different segments; none is empty or begins with `.` or `_`.
 */
export function pathSegment(name: string): string {
  const encoded = Array.from(Buffer.from(name), encodeByte).join('');
  if (encoded.length <= longest && encoded !== '') return encoded;
  const hash = createHash('sha256').update(name).digest('hex');
  return `${encoded.slice(0, longest - hashLength - 1)}~${hash}`;
}

function encodeByte(byte: number, index: number): string {
  const character = String.fromCharCode(byte);
  const plain = index === 0 ? /^[A-Za-z0-9-]$/ : /^[A-Za-z0-9._-]$/;
  return plain.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
