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

/**
 * The type of a volume's source; a volume without any is an emptyDir. So is one of a source that is kept but not acted
 * on yet, which the play has warned of: its mount points are there, with nothing in them.
 */
export function volumeTypeOf(volume: Volume): VolumeType {
  const [source = 'emptyDir'] = Object.entries(volume)
    .filter(([field, value]) => field !== 'name' && value !== undefined && value !== null)
    .map(([field]) => field);
  return types[source] ?? standIn(source);
}

function standIn(source: string): VolumeType {
  return {
    plan({ name }, context) {
      const prepare = emptyDir.plan({ name }, context);
      return async () => ({ ...(await prepare()), source });
    },
  };
}
