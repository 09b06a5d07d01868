import type * as model from '@kubernetes/client-node';
import { checkRange, type Subject } from '../rules/subject.ts';
import type { Wire } from '../wire.ts';
import type { Surroundings } from './kind.ts';
import { alwaysRestarted, checkSelector, checkTemplate } from './template.ts';

/** Checks a ReplicaSet: replicas, selector and template. */
export function checkReplicaSet(set: Subject<Wire<model.V1ReplicaSet>>, { folder }: Surroundings): void {
  const spec = set.at('spec').as<Wire<model.V1ReplicaSetSpec>>();
  checkRange(spec.at('replicas'), { least: 0 });
  checkSelector(spec);
  checkTemplate(spec.at('template'), { restartPolicies: alwaysRestarted, folder });
}
