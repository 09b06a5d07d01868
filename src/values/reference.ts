import { ValueError } from '../errors/value-error.ts';
import { parseDigest } from './digest.ts';

/** A full image name. `registry` is a host with an optional port; `repository` has no leading slash; `digest` is `sha256:<hex>`. */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const defaultRegistry = 'docker.io';
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const registryPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?$`);
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const repositoryPattern = new RegExp(`^${component}(?:/${component})*$`);
const idPattern = /^[0-9a-f]{64}$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/**
 * Parses an image name as Docker and Podman normalise it: without a registry it is docker.io's, and docker.io's
 * one-part names are in `library/`. A missing tag stays missing (see `withDefaultTag`).
 * Throws ValueError BAD_REFERENCE, BAD_DIGEST.
 */
export function parseReference(text: string): Reference {
  const { name, tag, digest } = split(text);
  const { registry, path } = splitRegistry(name);
  const host = registry === undefined || registry === 'index.docker.io' ? defaultRegistry : registry;
  const repository = host === defaultRegistry && !path.includes('/') ? `library/${path}` : path;
  check({ text, registry: host, path, repository });
  if (tag !== undefined && !tagPattern.test(tag)) {
    throw bad(
      text,
      `${JSON.stringify(tag)} is not a tag`,
      'a tag has letters, digits, "_", "." and "-", at most 128',
    );
  }
  if (digest !== undefined) parseDigest(digest);
  return Object.freeze({
    registry: host,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  });
}

/** Whether the text names no registry, so that short-name rules of registries.conf apply to it. */
export function isShortName(text: string): boolean {
  return splitRegistry(split(text).name).registry === undefined;
}

/** `registry/repository[:tag][@digest]`, what `parseReference` reads back to the same. */
export function formatReference(reference: Reference): string {
  return `${repositoryName(reference)}${suffix(reference)}`;
}

/** `registry/repository`, without tag and digest. */
export function repositoryName({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

/** The shortest text that means the same: `busybox:1.36` for `docker.io/library/busybox:1.36`. */
export function familiarReference(reference: Reference): string {
  const { registry, repository } = reference;
  if (registry !== defaultRegistry) return formatReference(reference);
  const short = repository.replace(/^library\/(?=[^/]+$)/, '');
  const clear =
    isShortName(short) && !idPattern.test(short) && parseReference(short).repository === repository;
  return `${clear ? short : repositoryName(reference)}${suffix(reference)}`;
}

/** Adds `latest` where neither tag nor digest is given. */
export function withDefaultTag(reference: Reference): Reference {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return Object.freeze({ ...reference, tag: 'latest' });
}

function suffix({ tag, digest }: Reference): string {
  return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function split(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@');
  const beforeDigest = at < 0 ? text : text.slice(0, at);
  const digest = at < 0 ? {} : { digest: text.slice(at + 1) };
  const colon = beforeDigest.lastIndexOf(':');
  if (colon < 0 || colon < beforeDigest.lastIndexOf('/')) return { name: beforeDigest, ...digest };
  return { name: beforeDigest.slice(0, colon), tag: beforeDigest.slice(colon + 1), ...digest };
}

/** Docker's rule: the part before the first slash is a registry if it could not be a repository on docker.io. */
function splitRegistry(name: string): { registry?: string; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  if (slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())) {
    return { registry: first, path: name.slice(slash + 1) };
  }
  return { path: name };
}

function check(parts: { text: string; registry: string; path: string; repository: string }): void {
  const { text, registry, path, repository } = parts;
  if (text === '') throw bad(text, 'it is empty');
  if (!registryPattern.test(registry))
    throw bad(text, `${JSON.stringify(registry)} is not a registry's host`);
  if (!repositoryPattern.test(repository)) {
    const lower = repository.toLowerCase();
    if (repositoryPattern.test(lower)) {
      throw bad(
        text,
        'a repository is written in lower case',
        `did you mean ${text.replace(path, path.toLowerCase())}?`,
      );
    }
    throw bad(text, `${JSON.stringify(repository)} is not a repository`);
  }
  if (idPattern.test(path)) throw bad(text, '64 hexadecimal digits are an image id, not a name');
  if (registry.length + repository.length + 1 > 255) throw bad(text, 'it is longer than 255 characters');
}

function bad(text: string, reason: string, hint?: string): ValueError {
  const message = `${JSON.stringify(text.slice(0, 300))} is not an image name: ${reason}`;
  return new ValueError({ code: 'BAD_REFERENCE', message, ...(hint === undefined ? {} : { hint }) });
}
