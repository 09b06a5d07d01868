/** A block of IPv4 addresses, `10.86.0.0/16`. Immutable; `base` has no bits beyond the prefix. */
export class IPv4Range {
  readonly base: number;
  readonly prefix: number;

  constructor(base: number, prefix: number) {
    this.prefix = prefix;
    this.base = prefix === 0 ? 0 : (base & (-1 << (32 - prefix))) >>> 0;
  }

  /** Reads `a.b.c.d/n`, or `a.b.c.d` as a range of one address. Undefined if it is neither. */
  static parse(text: string): IPv4Range | undefined {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
    if (match === null) return undefined;
    const octets = match.slice(1, 5).map(Number);
    const prefix = Number(match[5] ?? 32);
    if (octets.some((octet) => octet > 255) || prefix > 32) return undefined;
    return new IPv4Range(
      octets.reduce((sum, octet) => sum * 256 + octet, 0),
      prefix,
    );
  }

  /** How many addresses it holds. */
  get size(): number {
    return 2 ** (32 - this.prefix);
  }

  overlaps(other: IPv4Range): boolean {
    return this.base < other.base + other.size && other.base < this.base + this.size;
  }

  toString(): string {
    const octets = [24, 16, 8, 0].map((shift) => (this.base >>> shift) & 255);
    return `${octets.join('.')}/${this.prefix}`;
  }
}
