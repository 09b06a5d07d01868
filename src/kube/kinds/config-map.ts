import { dataKeyFault } from '../../values/name.ts';
import { reportKey } from '../rules/metadata.ts';
import type { Subject } from '../rules/subject.ts';
import type { ConfigMap } from '../wire.ts';

/** Bytes that the data of a ConfigMap or Secret may take. */
export const maximumData = 1024 * 1024;

/** Checks a ConfigMap: its keys, the base64 of binaryData, and its size. */
export function checkConfigMap(map: Subject<ConfigMap>): void {
  const data = map.value.data ?? {};
  let size = 0;
  for (const { key, value } of map.at('data').entries()) {
    reportKey(value, dataKeyFault(key));
    size += Buffer.byteLength(value.value);
  }
  for (const { key, value } of map.at('binaryData').entries()) {
    reportKey(value, dataKeyFault(key));
    size += value.value.length * 0.75;
    if (!isBase64(value.value)) {
      value.error('BAD_VALUE', `binaryData.${key} is not valid base64`, 'write text under data instead');
    }
    if (Object.hasOwn(data, key)) {
      value.keyError('DUPLICATE', `the key ${JSON.stringify(key)} is in data as well`);
    }
  }
  if (size > maximumData) map.error('BAD_VALUE', `the data takes more than ${maximumData} bytes`);
}

/** True for standard base64 with padding. Line breaks inside are allowed, as Go's decoder allows them. */
export function isBase64(text: string): boolean {
  const packed = text.replace(/[\r\n]/g, '');
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
}
