import { dataKeyFault } from '../../values/name.ts';
import { reportKey } from '../rules/metadata.ts';
import type { Subject } from '../rules/subject.ts';
import type { Secret } from '../wire.ts';
import { isBase64, maximumData } from './config-map.ts';

/** Keys that a Secret of a type cannot do without. */
const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** Checks a Secret: its keys, base64 and type. No message holds a value. */
export function checkSecret(secret: Subject<Secret>): void {
  const { data = {}, stringData = {}, type = 'Opaque', metadata } = secret.value;
  let size = 0;
  for (const { key, value } of secret.at('data').entries()) {
    reportKey(value, dataKeyFault(key));
    size += value.value.length * 0.75;
    if (isBase64(value.value)) continue;
    const message = `${key} of the Secret ${metadata.name ?? ''} is not valid base64`;
    value.error('BAD_VALUE', message, 'write plain text under stringData');
  }
  for (const { key, value } of secret.at('stringData').entries()) {
    reportKey(value, dataKeyFault(key));
    size += Buffer.byteLength(value.value);
  }
  if (size > maximumData) secret.error('BAD_VALUE', `the data takes more than ${maximumData} bytes`);
  for (const key of requiredKeys[type] ?? []) {
    if (Object.hasOwn(data, key) || Object.hasOwn(stringData, key)) continue;
    secret.at('data').error('MISSING_FIELD', `a Secret of type ${type} needs the key ${key}`);
  }
}
