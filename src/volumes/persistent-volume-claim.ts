import { VolumeError } from '../errors/volume-error.ts';
import type { VolumeType } from './volume-type.ts';

/** The named volume of the claim's name. Like Podman, pod makes it where the manifests bring no claim. */
export const persistentVolumeClaim: VolumeType = {
  plan({ name: volume, persistentVolumeClaim }, { request, named }) {
    const { claimName: name = '', readOnly = false } = persistentVolumeClaim ?? {};
    if (name === '') {
      throw new VolumeError({ code: 'SOURCE_MISSING', message: `volume ${volume} names no claim` });
    }
    const { labels, annotations } = request.sources.claims.get(name)?.metadata ?? {};
    return async () => {
      const made = await named.ensure({
        namespace: request.namespace,
        name,
        ...(labels === undefined ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      });
      return {
        name: volume,
        path: made.volume.path,
        type: 'directory',
        readOnly,
        source: 'persistentVolumeClaim',
      };
    };
  },
};
