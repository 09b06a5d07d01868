import type { Secret } from '../kube/wire.ts';
import { selectPayload } from './payload.ts';
import type { VolumeType } from './volume-type.ts';

/** The values of a Secret: data decoded, and stringData over it. */
export function secretData({ data = {}, stringData = {} }: Secret): Map<string, Buffer> {
  return new Map([
    ...Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const),
    ...Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text)] as const),
  ]);
}

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
