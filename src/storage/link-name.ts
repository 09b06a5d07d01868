import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A random short name for a layer: 26 characters, so that many lower folders fit into one page of mount options. */
export function linkName(): string {
  return [...randomBytes(26)].map((byte) => alphabet[byte & 31]).join('');
}

/** Whether the text is such a name. What a layer's `link` file says becomes part of paths and mount options. */
export function isLinkName(text: string): boolean {
  return /^[A-Z2-7]{26}$/.test(text);
}
