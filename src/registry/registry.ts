import type { Config } from '../config/config.ts';
import { type PullSource, pullSources } from '../config/registries-settings.ts';
import type { Registry, RemoteImage, ResolveRequest } from '../contracts/registry.ts';
import { ImageError } from '../errors/image-error.ts';
import { RegistryError } from '../errors/registry-error.ts';
import { selectManifest } from '../oci/image-index.ts';
import { parseManifest } from '../oci/manifest.ts';
import { indexTypes, manifestTypes } from '../oci/media-types.ts';
import { sha256Digest } from '../values/digest.ts';
import { formatReference } from '../values/reference.ts';
import { checkDigest, readBody, verifiedStream } from './body.ts';
import { createRepository, type Repository } from './repository.ts';
import { type RetryPolicy, retrying, usualRetries } from './retry.ts';
import { createTransport } from './transport.ts';
import { createTrust } from './trust.ts';

export interface RegistryOptions {
  readonly config: Pick<Config, 'registries' | 'proxies' | 'certificates'>;
  readonly retries?: RetryPolicy;
}

/** What the distribution specification lets a manifest have at most. */
const manifestLimit = 4 * 1024 * 1024;
const accept = [...manifestTypes, ...indexTypes].join(', ');

/** Images in registries, by the OCI distribution specification 1.0. */
export function createRegistry({ config, retries = usualRetries }: RegistryOptions): Registry {
  const once = createTransport({ proxies: config.proxies, trust: createTrust(config.certificates) });
  const transport = retrying(once, retries);
  return {
    resolve: async (request) => {
      const sources = pullSources(request.reference, config.registries);
      const failures: unknown[] = [];
      for (const source of sources) {
        const insecure = request.tlsVerify === undefined ? source.insecure : !request.tlsVerify;
        try {
          return await resolveAt(
            createRepository({ ...source, insecure }, { transport, once }),
            source,
            request,
          );
        } catch (error) {
          if (request.signal?.aborted || !source.mirror) throw withFailures(error, failures);
          failures.push(error);
        }
      }
      throw new RegistryError({
        code: 'DENIED',
        message: `registries.conf blocks ${formatReference(request.reference)}`,
        hint: 'remove "blocked" from its [[registry]] table',
      });
    },
  };
}

async function resolveAt(
  repository: Repository,
  { reference }: PullSource,
  { platform, signal }: ResolveRequest,
): Promise<RemoteImage> {
  const first = await fetchManifest(repository, {
    name: reference.digest ?? reference.tag ?? 'latest',
    signal,
  });
  if (reference.digest !== undefined) checkDigest(first.bytes, reference.digest);
  const blob: RemoteImage['blob'] = async (descriptor, options) => {
    const received = await repository.fetch({ path: `blobs/${descriptor.digest}`, signal: options?.signal });
    return verifiedStream(received, descriptor);
  };
  const parsed = parseManifest(first.bytes, first.mediaType);
  if (parsed.type === 'manifest') {
    const { manifest } = parsed;
    return imageOf({ bytes: first.bytes, digest: reference.digest, manifest, blob });
  }
  const descriptor = selectManifest(parsed.index, platform);
  const chosen = await fetchManifest(repository, { name: descriptor.digest, signal });
  checkDigest(chosen.bytes, descriptor.digest);
  const inner = parseManifest(chosen.bytes, descriptor.mediaType);
  if (inner.type === 'index') {
    throw new ImageError({
      code: 'MANIFEST_INVALID',
      message: `${formatReference(reference)} is an index of indexes`,
    });
  }
  const index = {
    bytes: first.bytes,
    digest: reference.digest ?? sha256Digest(first.bytes),
    mediaType: parsed.index.mediaType,
  };
  return imageOf({ bytes: chosen.bytes, digest: descriptor.digest, manifest: inner.manifest, blob, index });
}

function imageOf(
  parts: Pick<RemoteImage, 'bytes' | 'manifest' | 'blob' | 'index'> & { digest: string | undefined },
): RemoteImage {
  const { bytes, manifest, digest } = parts;
  return { ...parts, digest: digest ?? sha256Digest(bytes), mediaType: manifest.mediaType };
}

async function fetchManifest(
  repository: Repository,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal | undefined },
): Promise<{ readonly bytes: Uint8Array; readonly mediaType?: string }> {
  const received = await repository.fetch({ path: `manifests/${name}`, accept, signal });
  const bytes = await readBody(received, manifestLimit);
  const type = received.response.headers['content-type']?.split(';')[0]?.trim() ?? '';
  // Servers of plain files say application/json or nothing useful: then the document's own word counts.
  const known = manifestTypes.includes(type) || indexTypes.includes(type);
  return known ? { bytes, mediaType: type } : { bytes };
}

/** Keeps what the mirrors said beside the error of the registry itself. */
function withFailures(error: unknown, failures: readonly unknown[]): unknown {
  if (failures.length > 0 && error instanceof Error && error.cause === undefined) {
    error.cause = new AggregateError(failures, 'the mirrors failed too');
  }
  return error;
}
