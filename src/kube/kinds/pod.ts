import { checkPodSpec } from '../rules/pod-spec.ts';
import type { Subject } from '../rules/subject.ts';
import type { Pod } from '../wire.ts';
import type { Surroundings } from './kind.ts';

/** Checks a Pod's spec. */
export function checkPod(pod: Subject<Pod>, { folder }: Surroundings): void {
  const restartPolicies = ['Always', 'OnFailure', 'Never'];
  checkPodSpec(pod.at('spec').as<Pod['spec']>(), { restartPolicies, folder });
}
