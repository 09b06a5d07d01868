import { type Field, member, optional, string } from './fields.ts';

/** Where an image runs, in Go's names: `linux`, `amd64`, `arm64` with variant `v8`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Reads a platform out of a document. Throws ImageError with the document's code. */
export function parsePlatform(field: Field): Platform {
  const variant = optional(member(field, 'variant'), string);
  return Object.freeze({
    os: string(member(field, 'os')),
    architecture: string(member(field, 'architecture')),
    ...(variant === undefined || variant === '' ? {} : { variant }),
  });
}

/**
 * How well an image made for `offered` serves `wanted`: 0 is best, undefined is not at all. An arm64 image without
 * a variant is one for v8, an amd64 image without one is v1, as the OCI index specification and containerd have it.
 */
export function platformRank(wanted: Platform, offered: Platform): number | undefined {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return undefined;
  const [want, offer] = [variantOf(wanted), variantOf(offered)];
  if (want === offer) return 0;
  const [wantLevel, offerLevel] = [levelOf(want), levelOf(offer)];
  return wantLevel !== undefined && offerLevel !== undefined && offerLevel < wantLevel
    ? wantLevel - offerLevel
    : undefined;
}

/** `linux/arm64/v8`. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

const defaultVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8', arm: 'v7' };

function variantOf({ architecture, variant }: Platform): string {
  return variant ?? defaultVariants[architecture] ?? '';
}

function levelOf(variant: string): number | undefined {
  const [, level] = /^v([0-9]+)$/.exec(variant) ?? [];
  return level === undefined ? undefined : Number(level);
}
