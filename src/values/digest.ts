import { createHash } from 'node:crypto';
import { ValueError } from '../errors/value-error.ts';

export type DigestAlgorithm = 'sha256' | 'sha512';

/** A content digest (OCI image spec, descriptor.md). `hex` is lower case and as long as the algorithm says. */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  readonly hex: string;
}

const hexLength: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 };

/** Parses `sha256:<64 hex>` or `sha512:<128 hex>`. Throws ValueError BAD_DIGEST for anything else. */
export function parseDigest(text: string): Digest {
  const [, algorithm, hex] = /^([a-z0-9]+):([0-9a-f]+)$/.exec(text) ?? [];
  if ((algorithm === 'sha256' || algorithm === 'sha512') && hex?.length === hexLength[algorithm]) {
    return Object.freeze({ algorithm, hex });
  }
  throw new ValueError({
    code: 'BAD_DIGEST',
    message: `${JSON.stringify(text.slice(0, 160))} is not a digest`,
    hint: 'a digest is sha256: and 64 lower-case hexadecimal digits, or sha512: and 128 of them',
  });
}

/** Whether `parseDigest` accepts the text. */
export function isDigest(text: string): boolean {
  const [algorithm = '', hex = '', ...rest] = text.split(':');
  return (
    rest.length === 0 &&
    (algorithm === 'sha256' || algorithm === 'sha512') &&
    hex.length === hexLength[algorithm] &&
    /^[0-9a-f]+$/.test(hex)
  );
}

/** `sha256:<hex>`, what `parseDigest` reads. */
export function formatDigest({ algorithm, hex }: Digest): string {
  return `${algorithm}:${hex}`;
}

/** The SHA-256 digest of bytes or of a text's UTF-8, as `sha256:<hex>`. */
export function sha256Digest(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
