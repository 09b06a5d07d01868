import type * as model from '@kubernetes/client-node';
import { checkOneOf, type Subject } from '../rules/subject.ts';
import type { Wire } from '../wire.ts';
import { checkJobSpec } from './job.ts';
import type { Surroundings } from './kind.ts';

/** Checks a CronJob: its policy and the Jobs that it makes. */
export function checkCronJob(cronJob: Subject<Wire<model.V1CronJob>>, surroundings: Surroundings): void {
  const spec = cronJob.at('spec').as<Wire<model.V1CronJobSpec>>();
  checkOneOf(spec.at('concurrencyPolicy'), ['Allow', 'Forbid', 'Replace']);
  const job = spec.at('jobTemplate').at('spec');
  if (!job.present) job.error('MISSING_FIELD', 'the jobTemplate has no spec');
  else checkJobSpec(job.as<Wire<model.V1JobSpec>>(), surroundings);
}
