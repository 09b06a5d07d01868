import type * as model from '@kubernetes/client-node';
import { checkOneOf, type Subject } from '../rules/subject.ts';
import type { Wire } from '../wire.ts';
import type { Surroundings } from './kind.ts';
import { alwaysRestarted, checkSelector, checkTemplate } from './template.ts';

/** Checks a DaemonSet: update strategy, selector and template. */
export function checkDaemonSet(set: Subject<Wire<model.V1DaemonSet>>, { folder }: Surroundings): void {
  const spec = set.at('spec').as<Wire<model.V1DaemonSetSpec>>();
  checkOneOf(spec.at('updateStrategy').at('type'), ['RollingUpdate', 'OnDelete']);
  checkSelector(spec);
  checkTemplate(spec.at('template'), { restartPolicies: alwaysRestarted, folder });
}
