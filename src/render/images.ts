import type { Image } from '../contracts/images.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import { humanDuration } from '../values/duration.ts';
import { parseReference, repositoryName } from '../values/reference.ts';
import { humanSize } from './size.ts';

export interface ImageView {
  readonly image: Image;
  readonly config: ImageConfig;
}

export interface ImageRowOptions {
  readonly now: Date;
  /** False prints whole ids. */
  readonly truncate: boolean;
}

/** One line of `pod images`: an image has one for each of its names. */
export interface ImageRow {
  readonly ID: string;
  readonly Repository: string;
  readonly Tag: string;
  readonly Digest: string;
  readonly Created: string;
  readonly CreatedSince: string;
  readonly CreatedAt: string;
  readonly Size: string;
  readonly VirtualSize: string;
  readonly ReadOnly: boolean;
  readonly Labels: ReadonlyMap<string, string>;
  readonly Names: readonly string[];
  readonly History: readonly string[];
}

export const imageHeadings: Readonly<Record<string, string>> = {
  ID: 'IMAGE ID',
  ReadOnly: 'R/O',
};

const none = '<none>';

/** The lines of one image. */
export function imageRows({ image, config }: ImageView, { now, truncate }: ImageRowOptions): ImageRow[] {
  const since = `${humanDuration(now.getTime() - Date.parse(image.created))} ago`;
  const names = image.names.length === 0 ? [undefined] : image.names;
  return names.map((name) => ({
    ID: truncate ? image.id.slice(0, 12) : `sha256:${image.id}`,
    ...repositoryAndTag(name),
    Digest: image.digest ?? none,
    Created: since,
    CreatedSince: since,
    CreatedAt: image.created,
    Size: humanSize(image.size),
    VirtualSize: humanSize(image.size),
    ReadOnly: image.readOnly,
    Labels: labels(config),
    Names: image.names,
    History: [],
  }));
}

function repositoryAndTag(name: string | undefined): { Repository: string; Tag: string } {
  if (name === undefined) return { Repository: none, Tag: none };
  const reference = parseReference(name);
  return { Repository: repositoryName(reference), Tag: reference.tag ?? none };
}

function labels({ config }: ImageConfig): ReadonlyMap<string, string> {
  return new Map(Object.entries(config?.Labels ?? {}));
}

/** An image in `pod images --format json`. */
export function imageJson({ image, config }: ImageView): object {
  return {
    Id: image.id,
    RepoTags: image.names,
    RepoDigests: repoDigests(image),
    Names: image.names,
    Digest: image.digest ?? '',
    Size: image.size,
    VirtualSize: image.size,
    Labels: config.config?.Labels ?? {},
    Created: Math.trunc(Date.parse(image.created) / 1000),
    CreatedAt: image.created,
    ReadOnly: image.readOnly,
  };
}

/** What `pod image inspect` tells of an image. `manifest` is its text as stored. */
export function imageInspection({ image, config }: ImageView, manifest: string): object {
  const { mediaType = '', annotations = {} } = JSON.parse(manifest) as ManifestHead;
  return {
    Id: image.id,
    Digest: image.digest ?? '',
    RepoTags: image.names,
    RepoDigests: repoDigests(image),
    Parent: '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: image.created,
    Config: config.config ?? {},
    Version: '',
    Author: config.author ?? '',
    Architecture: config.architecture,
    Os: config.os,
    Size: image.size,
    VirtualSize: image.size,
    GraphDriver: { Name: 'overlay', Data: {} },
    RootFS: { Type: config.rootfs.type, Layers: config.rootfs.diff_ids },
    Labels: config.config?.Labels ?? {},
    Annotations: annotations,
    ManifestType: mediaType,
    User: config.config?.User ?? '',
    History: config.history ?? [],
    NamesHistory: image.names,
  };
}

interface ManifestHead {
  readonly mediaType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function repoDigests({ names, digest }: Image): readonly string[] {
  if (digest === undefined) return [];
  const repositories = new Set(names.map((name) => repositoryName(parseReference(name))));
  return [...repositories].map((repository) => `${repository}@${digest}`);
}
