import { labelFault } from '../../values/name.ts';
import type { Container, PodSpec } from '../wire.ts';
import { checkEnv } from './env.ts';
import { reportName } from './metadata.ts';
import { checkMounts } from './mounts.ts';
import { checkHostPorts, checkPorts } from './ports.ts';
import { checkProbes } from './probes.ts';
import { checkResources } from './resources.ts';
import { checkSecurity } from './security.ts';
import { checkOneOf, checkUnique, type Subject } from './subject.ts';

/** Checks the containers of a pod, init containers among them. */
export function checkContainers(spec: Subject<PodSpec>): void {
  const init = spec.at('initContainers').items();
  const main = spec.at('containers').items();
  if (main.length === 0) {
    spec
      .at('containers')
      .error('MISSING_FIELD', 'a pod needs at least one container', 'add one to containers');
  }
  for (const container of [...init, ...main]) checkContainer(container, spec.value);
  for (const container of init) checkInit(container);
  for (const container of main) checkMain(container);
  checkUnique(
    [...init, ...main].map((container) => container.at('name')),
    'the container name',
  );
  checkHostPorts(main);
}

function checkContainer(container: Subject<Container>, spec: PodSpec): void {
  reportName(container.at('name'), labelFault(container.value.name));
  const image = container.at('image');
  if (!image.value) image.error('MISSING_FIELD', 'the image is missing', 'every container needs an image');
  else if (image.value !== image.value.trim()) image.error('BAD_VALUE', 'spaces stand around the image name');
  checkOneOf(container.at('imagePullPolicy'), ['Always', 'IfNotPresent', 'Never']);
  checkOneOf(container.at('terminationMessagePolicy'), ['File', 'FallbackToLogsOnError']);
  checkPorts(container, spec);
  checkEnv(container);
  checkMounts(container, spec);
  checkResources(container.at('resources'));
  checkProbes(container);
  checkSecurity(container, spec);
}

/** Only sidecars (restartPolicy Always) run beside the others and can be probed. */
function checkInit(container: Subject<Container>): void {
  checkOneOf(container.at('restartPolicy'), ['Always', 'OnFailure', 'Never']);
  if (container.value.restartPolicy === 'Always') return;
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container.value[field] === undefined) continue;
    const message = `an init container takes no ${field} unless its restartPolicy is Always`;
    container.at(field).keyError('CONFLICT', message);
  }
}

function checkMain(container: Subject<Container>): void {
  checkOneOf(container.at('restartPolicy'), ['Always', 'OnFailure', 'Never']);
}
