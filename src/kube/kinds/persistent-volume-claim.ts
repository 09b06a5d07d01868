import type * as model from '@kubernetes/client-node';
import { checkQuantity } from '../rules/quantity.ts';
import { checkOneOf, type Subject } from '../rules/subject.ts';
import type { PersistentVolumeClaim, Wire } from '../wire.ts';

/** Checks a PersistentVolumeClaim: access modes and the storage that it asks for. */
export function checkPersistentVolumeClaim(claim: Subject<PersistentVolumeClaim>): void {
  const spec = claim.at('spec').as<Wire<model.V1PersistentVolumeClaimSpec>>();
  const modes = spec.at('accessModes');
  if (modes.items().length === 0) {
    modes.error('MISSING_FIELD', 'accessModes is missing', 'such as accessModes: [ReadWriteOnce]');
  }
  for (const mode of modes.items()) {
    checkOneOf(mode, ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']);
  }
  checkOneOf(spec.at('volumeMode'), ['Filesystem', 'Block']);
  const storage = spec
    .at('resources')
    .at('requests')
    .entries()
    .find(({ key }) => key === 'storage')?.value;
  if (storage === undefined) {
    const message = 'resources.requests.storage is missing';
    spec.at('resources').error('MISSING_FIELD', message, 'such as resources: {requests: {storage: 1Gi}}');
  } else if (checkQuantity(storage)?.nano === 0n)
    storage.error('BAD_VALUE', 'the storage must be more than 0');
}
