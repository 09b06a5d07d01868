import { VolumeError } from '../errors/volume-error.ts';
import type { Volume } from '../kube/wire.ts';
import { configMap } from './config-map.ts';
import { emptyDir } from './empty-dir.ts';
import { hostPath } from './host-path.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { projected } from './projected.ts';
import { secret } from './secret.ts';
import type { VolumeType } from './volume-type.ts';

const types: Readonly<Record<string, VolumeType>> = {
  configMap,
  emptyDir,
  hostPath,
  persistentVolumeClaim,
  projected,
  secret,
};

/** The type of a volume's source; a volume without any is an emptyDir. Throws VolumeError UNSUPPORTED_VOLUME. */
export function volumeTypeOf(volume: Volume): VolumeType {
  const [source = 'emptyDir'] = Object.entries(volume)
    .filter(([field, value]) => field !== 'name' && value !== undefined && value !== null)
    .map(([field]) => field);
  const type = types[source];
  if (type !== undefined) return type;
  throw new VolumeError({
    code: 'UNSUPPORTED_VOLUME',
    message: `volume ${volume.name}: pod does not provide ${source} volumes`,
    hint: `use one of: ${Object.keys(types).join(', ')}`,
  });
}
