import { secretData } from '../kube/secret-data.ts';
import { selectPayload } from './payload.ts';
import type { VolumeType } from './volume-type.ts';

/** The keys of a Secret as files. */
export const secret: VolumeType = {
  plan({ name: volume, secret }, { request, writeData }) {
    const { secretName = '', items, defaultMode, optional } = secret ?? {};
    const object = request.sources.secrets.get(secretName);
    const data = object === undefined ? undefined : secretData(object);
    const payload = selectPayload({
      volume,
      object: `Secret ${secretName}`,
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
      source: 'secret',
    });
  },
};
