import type { Secret } from './wire.ts';

/** The values of a Secret by key: data decoded, and stringData over it. */
export function secretData({ data = {}, stringData = {} }: Secret): ReadonlyMap<string, Buffer> {
  return new Map([
    ...Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const),
    ...Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text)] as const),
  ]);
}
