import type * as model from '@kubernetes/client-node';
import { checkOneOf, checkRange, type Subject } from '../rules/subject.ts';
import type { Wire } from '../wire.ts';
import type { Surroundings } from './kind.ts';
import { checkTemplate } from './template.ts';

/** Checks a Job's spec. */
export function checkJob(job: Subject<Wire<model.V1Job>>, surroundings: Surroundings): void {
  checkJobSpec(job.at('spec').as<Wire<model.V1JobSpec>>(), surroundings);
}

/** Checks the spec of a Job, or of a CronJob's template. */
export function checkJobSpec(spec: Subject<Wire<model.V1JobSpec>>, { folder }: Surroundings): void {
  const counts = ['completions', 'parallelism', 'backoffLimit', 'activeDeadlineSeconds'] as const;
  for (const count of counts) checkRange(spec.at(count), { least: 0 });
  checkRange(spec.at('ttlSecondsAfterFinished'), { least: 0 });
  checkOneOf(spec.at('completionMode'), ['NonIndexed', 'Indexed']);
  checkTemplate(spec.at('template'), {
    restartPolicies: ['OnFailure', 'Never'],
    restartPolicyRequired: true,
    folder,
  });
}
