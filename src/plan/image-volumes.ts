import { posix } from 'node:path';
import type { Container } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';

/** File systems of the kernel, which containers have whatever their image declares. */
const KERNEL = ['/proc', '/sys', '/dev'];

interface Volumes {
  readonly container: Pick<Container, 'volumeMounts'>;
  readonly image: Pick<ImageConfig, 'config'>;
}

/**
 * The places that an image declares as volumes, but for those that the manifest or the kernel mounts something on or
 * above: what lies there is none of the image's, and may be read-only.
 */
export function imageVolumes({ container, image }: Volumes): readonly string[] {
  const mounted = [...KERNEL, ...(container.volumeMounts ?? []).map(({ mountPath }) => absolute(mountPath))];
  const declared = new Set(Object.keys(image.config?.Volumes ?? {}).map(absolute));
  return [...declared].filter(
    (path) => path !== '/' && !mounted.some((outer) => path === outer || path.startsWith(`${outer}/`)),
  );
}

function absolute(path: string): string {
  return posix.resolve('/', path);
}
