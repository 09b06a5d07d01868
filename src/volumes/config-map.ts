import { configMapData } from '../kube/config-map-data.ts';
import { selectPayload } from './payload.ts';
import type { VolumeType } from './volume-type.ts';

/** The keys of a ConfigMap as files. */
export const configMap: VolumeType = {
  plan({ name: volume, configMap }, { request, writeData }) {
    const { name = '', items, defaultMode, optional } = configMap ?? {};
    const object = request.sources.configMaps.get(name);
    const data = object === undefined ? undefined : configMapData(object);
    const payload = selectPayload({
      volume,
      object: `ConfigMap ${name}`,
      data,
      items,
      defaultMode,
      optional,
    });
    return async () => ({
      name: volume,
      path: await writeData(volume, payload),
      type: 'directory',
      readOnly: true,
      source: 'configMap',
    });
  },
};
