import { checkOneOf, checkRange, type Subject } from '../rules/subject.ts';
import type { Deployment, DeploymentSpec } from '../wire.ts';
import type { Surroundings } from './kind.ts';
import { alwaysRestarted, checkSelector, checkTemplate } from './template.ts';

/** The addresses of a /16, which all pods of a machine share, but for the network's own three. */
const MOST_REPLICAS = 2 ** 16 - 3;

/** Checks a Deployment: replicas, strategy, selector and template. */
export function checkDeployment(deployment: Subject<Deployment>, { folder }: Surroundings): void {
  const spec = deployment.at('spec').as<DeploymentSpec>();
  checkRange(spec.at('replicas'), { least: 0, most: MOST_REPLICAS });
  checkRange(spec.at('minReadySeconds'), { least: 0 });
  checkRange(spec.at('revisionHistoryLimit'), { least: 0 });
  const strategy = spec.at('strategy');
  checkOneOf(strategy.at('type'), ['RollingUpdate', 'Recreate']);
  if (strategy.value?.type === 'Recreate' && strategy.value.rollingUpdate !== undefined) {
    const message = 'the strategy Recreate takes no rollingUpdate';
    strategy.at('rollingUpdate').keyError('CONFLICT', message, 'remove one of them');
  }
  checkSelector(spec);
  checkTemplate(spec.at('template'), { restartPolicies: alwaysRestarted, folder });
}
