import { configMapData } from '../kube/config-map-data.ts';
import { secretData } from '../kube/secret-data.ts';
import { type Payload, selectPayload } from './payload.ts';
import type { VolumeContext, VolumeType } from './volume-type.ts';

type Projection = NonNullable<NonNullable<Parameters<VolumeType['plan']>[0]['projected']>['sources']>[number];

/** ConfigMaps and Secrets side by side in one folder; of two files at one path the later one stays. */
export const projected: VolumeType = {
  plan({ name: volume, projected }, context) {
    const { sources = [], defaultMode } = projected ?? {};
    const payload: Payload = new Map(
      sources.flatMap((source) => [...project(source, { volume, defaultMode, context })]),
    );
    return async () => ({
      name: volume,
      path: await context.writeData(volume, payload),
      type: 'directory',
      readOnly: true,
      source: 'projected',
    });
  },
};

interface Place {
  readonly volume: string;
  readonly defaultMode: number | undefined;
  readonly context: VolumeContext;
}

function project(source: Projection, { volume, defaultMode, context }: Place): Payload {
  const { configMaps, secrets } = context.request.sources;
  if (source.configMap) {
    const { name = '', items, optional } = source.configMap;
    const object = configMaps.get(name);
    const data = object === undefined ? undefined : configMapData(object);
    return selectPayload({ volume, object: `ConfigMap ${name}`, data, items, defaultMode, optional });
  }
  if (source.secret) {
    const { name = '', items, optional } = source.secret;
    const object = secrets.get(name);
    const data = object === undefined ? undefined : secretData(object);
    return selectPayload({ volume, object: `Secret ${name}`, data, items, defaultMode, optional });
  }
  // What is kept but not acted on yet adds no files; the play has warned of it.
  return new Map();
}
