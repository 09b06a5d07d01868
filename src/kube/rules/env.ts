import { envNameFault } from '../../values/name.ts';
import { nearest } from '../../values/nearest.ts';
import type { Container, EnvVar } from '../wire.ts';
import { reportName } from './metadata.ts';
import { checkQuantity } from './quantity.ts';
import { checkOneSet, checkUnique, type Subject } from './subject.ts';

/** Fields of the pod that a variable or a downward API file can hold. */
const podFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.labels',
  'metadata.annotations',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const wholeMaps = ['metadata.labels', 'metadata.annotations'];

/** Checks the environment of one container. */
export function checkEnv(container: Subject<Container>): void {
  const variables = container.at('env').items();
  for (const variable of variables) checkVariable(variable);
  checkUnique(
    variables.map((variable) => variable.at('name')),
    'the variable',
    'warning',
  );
  for (const source of container.at('envFrom').items()) {
    checkOneSet(source, ['configMapRef', 'secretRef'], 'source');
    const prefix = source.at('prefix');
    if (prefix.value) reportName(prefix, envNameFault(prefix.value));
    for (const reference of [source.at('configMapRef'), source.at('secretRef')]) {
      if (reference.present) checkNamed(reference.at('name'));
    }
  }
}

function checkVariable(variable: Subject<EnvVar>): void {
  reportName(variable.at('name'), envNameFault(variable.value.name));
  const { value, valueFrom } = variable.value;
  if (valueFrom === undefined) return;
  if (value) {
    const message = 'value and valueFrom exclude each other';
    variable.at('valueFrom').keyError('CONFLICT', message, 'remove one of them');
  }
  const source = variable.at('valueFrom').as<NonNullable<EnvVar['valueFrom']>>();
  checkOneSet(
    source,
    ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'],
    'source of the value',
  );
  for (const reference of [source.at('configMapKeyRef'), source.at('secretKeyRef')]) {
    if (!reference.present) continue;
    checkNamed(reference.at('name'));
    if (reference.value?.key === '') reference.at('key').error('BAD_VALUE', 'the key is empty');
  }
  const { fieldRef, resourceFieldRef } = source.value;
  if (fieldRef !== undefined) checkFieldPath(source.at('fieldRef').at('fieldPath'), 'variable');
  if (resourceFieldRef !== undefined) checkResourceField(source.at('resourceFieldRef'));
}

/** A reference without a name refers to nothing. */
function checkNamed(name: Subject<string | undefined>): void {
  if (!name.value) name.error('MISSING_FIELD', 'the name of the object is missing');
}

/** Checks the path of a field of the pod. Whole maps are for files only. */
export function checkFieldPath(path: Subject<string | undefined>, target: 'variable' | 'file'): void {
  const text = path.value ?? '';
  if (/^metadata\.(?:labels|annotations)\['[^']+'\]$/.test(text)) return;
  const allowed = podFields.filter((field) => target === 'file' || !wholeMaps.includes(field));
  if (allowed.includes(text)) return;
  const near = nearest(text, allowed);
  const hint = near === undefined ? `use one of ${allowed.join(', ')}` : `did you mean ${near}?`;
  path.error('BAD_VALUE', `${JSON.stringify(text)} is no field that a ${target} can hold`, hint);
}

interface ResourceField {
  resource: string;
  divisor?: string;
}

/** Checks a reference to a container's requests or limits. */
export function checkResourceField(reference: Subject<ResourceField | undefined>): void {
  const resource = reference.value?.resource ?? '';
  if (!/^(?:requests|limits)\.(?:cpu|memory|ephemeral-storage|hugepages-.+|.+\/.+)$/.test(resource)) {
    const message = `${JSON.stringify(resource)} is no resource`;
    reference.at('resource').error('BAD_VALUE', message, 'such as limits.memory or requests.cpu');
  }
  const divisor = reference.at('divisor');
  const quantity = checkQuantity(divisor);
  if (quantity === undefined || quantity.nano <= 0n) return;
  const allowed = resource.endsWith('.cpu') ? /^1m?$/ : /^1(?:[kMGTPE]|[KMGTPE]i)?$/;
  if (!allowed.test(divisor.value ?? '')) {
    divisor.error('BAD_VALUE', `${divisor.value} cannot divide ${resource}`, 'use 1, or 1 with a unit');
  }
}
