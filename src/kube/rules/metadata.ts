import {
  labelFault,
  labelValueFault,
  type NameFault,
  qualifiedNameFault,
  subdomainFault,
} from '../../values/name.ts';
import type { ObjectMeta } from '../wire.ts';
import type { Subject } from './subject.ts';

/** What an object's name may be: an RFC 1123 label or subdomain, or, as for roles, any text. */
export type NameRule = 'label' | 'subdomain' | 'any';

const nameFaults: Readonly<Record<NameRule, (name: string) => NameFault | undefined>> = {
  label: labelFault,
  subdomain: subdomainFault,
  any: () => undefined,
};

const maximumAnnotations = 256 * 1024;

/** Checks the metadata of an object: its name, namespace, labels and annotations. */
export function checkMetadata(metadata: Subject<ObjectMeta>, rule: NameRule): void {
  const name = metadata.at('name');
  if (name.value === undefined) {
    const hint = metadata.value.generateName === undefined ? undefined : 'generateName is not supported';
    metadata.error('MISSING_FIELD', 'metadata.name is missing', hint ?? 'give the object a name');
  } else reportName(name, nameFaults[rule](name.value));
  const namespace = metadata.at('namespace');
  if (namespace.value) reportName(namespace, labelFault(namespace.value));
  checkLabels(metadata.as<TemplateMeta>());
}

type TemplateMeta = Pick<ObjectMeta, 'labels' | 'annotations'>;

/** Checks labels and annotations, of an object or of a pod template. */
export function checkLabels(metadata: Subject<TemplateMeta | undefined>): void {
  for (const { key, value } of metadata.at('labels').entries()) {
    reportKey(value, qualifiedNameFault(key));
    reportName(value, labelValueFault(value.value));
  }
  const annotations = metadata.at('annotations');
  let size = 0;
  for (const { key, value } of annotations.entries()) {
    reportKey(value, qualifiedNameFault(key.toLowerCase()));
    size += Buffer.byteLength(key) + Buffer.byteLength(value.value);
  }
  if (size > maximumAnnotations) {
    annotations.error('BAD_VALUE', `annotations take ${size} bytes, more than ${maximumAnnotations}`);
  }
}

/** Reports a bad name, with one that would do. */
export function reportName(subject: Subject<string | undefined>, fault: NameFault | undefined): void {
  if (fault === undefined) return;
  subject.error('BAD_VALUE', fault.message, fault.suggestion && `such as ${fault.suggestion}`);
}

/** Reports a bad key of a map. */
export function reportKey(subject: Subject<unknown>, fault: NameFault | undefined): void {
  if (fault !== undefined) subject.keyError('BAD_VALUE', fault.message);
}
