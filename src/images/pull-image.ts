import { type RegistriesSettings, remoteNames } from '../config/registries-settings.ts';
import type { ImageStore } from '../contracts/image-store.ts';
import type { PullOptions } from '../contracts/images.ts';
import type { Registry, RemoteImage } from '../contracts/registry.ts';
import { ImageError } from '../errors/image-error.ts';
import { RegistryError } from '../errors/registry-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { configTypes } from '../oci/media-types.ts';
import type { Platform } from '../oci/platform.ts';
import { formatReference, parseReference, type Reference, withDefaultTag } from '../values/reference.ts';
import { type Found, findImage } from './find-image.ts';
import { imageNotFound } from './image-not-found.ts';
import { storeImage } from './store-image.ts';

export interface PullContext {
  readonly store: ImageStore;
  readonly registry: Registry;
  readonly registries: RegistriesSettings;
  readonly platform: Platform;
}

/** What became of a pull: the image's id, and where it is from. */
export interface PullResult {
  readonly id: string;
  readonly from: 'local' | 'registry';
  readonly warning?: string;
}

const maxConfig = 4 * 1024 * 1024;

/** Failures of the way to the registry, where a local copy may stand in. */
const unreachable: readonly RegistryError['code'][] = ['UNREACHABLE', 'SERVER', 'RATE_LIMITED'];

/**
 * Makes an image present by policy. Images of `localhost/` are never asked for anywhere. With policy Always, a local
 * copy stands in, with a warning, for a registry that cannot be reached.
 * Throws ImageError IMAGE_NEVER_PULLED, IMAGE_NOT_FOUND and as `storeImage`; RegistryError.
 */
export async function pullImage(
  context: PullContext,
  name: string,
  options: PullOptions,
): Promise<PullResult> {
  const { images } = await context.store.view();
  const local = findImage(images, name, context.registries);
  switch (options.policy) {
    case 'Never':
      if (local === undefined) throw neverPulled(name);
      return present(local);
    case 'IfNotPresent':
      return local === undefined ? await fetchImage(context, name, options) : present(local);
    case 'Always':
      if (local !== undefined && isLocal(local, name)) return present(local);
      return await fetchOrKeep(context, { name, local, options });
  }
}

function present({ image }: Found, warning?: string): PullResult {
  return { id: image.id, from: 'local', ...(warning === undefined ? {} : { warning }) };
}

/** Found by its id, or made here: nothing to ask a registry for. */
function isLocal(found: Found, name: string): boolean {
  return (
    found.name === undefined ||
    found.name.startsWith('localhost/') ||
    parseReference(name).registry === 'localhost'
  );
}

async function fetchOrKeep(
  context: PullContext,
  {
    name,
    local,
    options,
  }: { readonly name: string; readonly local: Found | undefined; readonly options: PullOptions },
): Promise<PullResult> {
  try {
    return await fetchImage(context, name, options);
  } catch (error) {
    if (local === undefined || !(error instanceof RegistryError) || !unreachable.includes(error.code))
      throw error;
    return present(local, `${name} was not looked up anew, the local image is used: ${error.message}`);
  }
}

/** Tries what the name may mean, one registry after the other. The first one's error counts. */
async function fetchImage(context: PullContext, name: string, options: PullOptions): Promise<PullResult> {
  const references = remoteNames(name, context.registries).filter(({ registry }) => registry !== 'localhost');
  let first: unknown;
  for (const reference of references) {
    try {
      const request = { reference, platform: context.platform, ...pick(options) };
      options.onProgress?.(`Trying to pull ${formatReference(withDefaultTag(reference))}...`);
      const remote = await context.registry.resolve(request);
      const id = await storeRemote(context.store, { remote, reference, options });
      return { id, from: 'registry' };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw named(reference, error);
      first ??= named(reference, error);
    }
  }
  throw (
    first ?? imageNotFound(name, { hint: 'images of localhost/ are never pulled: load or import it first' })
  );
}

/** The error of a registry, or about what it sent, with the name of the image that was asked for. */
function named(reference: Reference, error: unknown): unknown {
  if (!(error instanceof RegistryError || error instanceof ImageError)) return error;
  const { kind, hint, exitCode } = error;
  const message = `the image ${formatReference(withDefaultTag(reference))} cannot be pulled: ${error.message}`;
  const parts = { message, kind, exitCode, cause: error, ...(hint === undefined ? {} : { hint }) };
  return error instanceof RegistryError
    ? new RegistryError({ code: error.code, ...parts })
    : new ImageError({ code: error.code, ...parts });
}

function pick({ tlsVerify, signal }: PullOptions): Pick<PullOptions, 'tlsVerify' | 'signal'> {
  return { ...(tlsVerify === undefined ? {} : { tlsVerify }), ...(signal === undefined ? {} : { signal }) };
}

async function storeRemote(
  store: ImageStore,
  {
    remote,
    reference,
    options,
  }: { readonly remote: RemoteImage; readonly reference: Reference; readonly options: PullOptions },
): Promise<string> {
  const { manifest } = remote;
  if (!configTypes.includes(manifest.config.mediaType)) throw notRunnable(reference, manifest.config);
  const config = await document(remote, manifest.config, options.signal);
  options.onProgress?.(`Copying config ${manifest.config.digest}`);
  return await storeImage(store, {
    config,
    names: [storedName(reference)],
    manifest: () => remote.bytes,
    ...(remote.index === undefined ? {} : { otherManifests: [remote.index.bytes] }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    layers: manifest.layers.map((layer) => ({
      digest: layer.digest,
      open: async (signal) => {
        options.onProgress?.(`Copying blob ${layer.digest}`);
        return await remote.blob(layer, { signal });
      },
    })),
  });
}

/** A pull by digest is stored under the digest, whatever tag stood before it. */
function storedName(reference: Reference): string {
  const { registry, repository, digest } = withDefaultTag(reference);
  return formatReference(digest === undefined ? withDefaultTag(reference) : { registry, repository, digest });
}

async function document(
  remote: RemoteImage,
  descriptor: Descriptor,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  if (descriptor.size > maxConfig) {
    throw new ImageError({
      code: 'TOO_LARGE',
      kind: 'external',
      message: `the image's configuration has ${descriptor.size} bytes`,
    });
  }
  const chunks: Buffer[] = [];
  const stream = await remote.blob(descriptor, signal === undefined ? {} : { signal });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function neverPulled(name: string): ImageError {
  return new ImageError({
    code: 'IMAGE_NEVER_PULLED',
    message: `the image ${name} is not in the store, and the pull policy is Never`,
    hint: 'pull or load it first, or choose another imagePullPolicy',
  });
}

function notRunnable(reference: Reference, { mediaType }: Descriptor): ImageError {
  return new ImageError({
    code: 'MANIFEST_INVALID',
    kind: 'external',
    message: `${formatReference(reference)} is not a container image but ${mediaType}`,
  });
}
