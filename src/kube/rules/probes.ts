import type { Container, Probe } from '../wire.ts';
import { checkOneOf, checkOneSet, checkRange, type Subject } from './subject.ts';

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** Checks the probes and lifecycle hooks of one container. */
export function checkProbes(container: Subject<Container>): void {
  for (const name of probes) {
    if (container.value[name] === undefined) continue;
    checkProbe(container.at(name).as<Probe>(), name, container.value);
  }
  const lifecycle = container.at('lifecycle');
  for (const hook of [lifecycle.at('postStart'), lifecycle.at('preStop')]) {
    if (hook.value === undefined) continue;
    checkOneSet(
      hook.as<NonNullable<typeof hook.value>>(),
      ['exec', 'httpGet', 'tcpSocket', 'sleep'],
      'handler',
    );
    checkHandler(hook.as<Handler>(), container.value);
  }
}

function checkProbe(probe: Subject<Probe>, name: (typeof probes)[number], container: Container): void {
  checkOneSet(probe, ['exec', 'httpGet', 'tcpSocket', 'grpc'], 'handler');
  checkHandler(probe.as<Handler>(), container);
  checkRange(probe.at('grpc').at('port'), { least: 1, most: 65535 });
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds'] as const) {
    checkRange(probe.at(field), { least: 0 });
  }
  for (const field of ['successThreshold', 'failureThreshold'] as const) {
    checkRange(probe.at(field), { least: 0 });
  }
  const success = probe.at('successThreshold');
  if (name !== 'readinessProbe' && (success.value ?? 0) > 1) {
    success.error('BAD_VALUE', `successThreshold must be 1 for a ${name}`);
  }
  const grace = probe.at('terminationGracePeriodSeconds');
  checkRange(grace, { least: 1 });
  if (name === 'readinessProbe' && grace.present) {
    grace.keyError(
      'CONFLICT',
      'a readinessProbe ends no container and takes no terminationGracePeriodSeconds',
    );
  }
}

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket'>;

function checkHandler(handler: Subject<Handler>, container: Container): void {
  const command = handler.at('exec').at('command');
  if (handler.value.exec !== undefined && (command.value ?? []).length === 0) {
    command.error('MISSING_FIELD', 'the command is missing');
  }
  checkOneOf(handler.at('httpGet').at('scheme'), ['HTTP', 'HTTPS']);
  if (handler.value.httpGet !== undefined) checkPort(handler.at('httpGet').at('port'), container);
  if (handler.value.tcpSocket !== undefined) checkPort(handler.at('tcpSocket').at('port'), container);
}

function checkPort(port: Subject<number | string | undefined>, container: Container): void {
  if (typeof port.value === 'number') {
    checkRange(port.as<number>(), { least: 1, most: 65535 });
    return;
  }
  const names = (container.ports ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (port.value === undefined || names.includes(port.value)) return;
  const hint = /^[0-9]+$/.test(port.value) ? 'write it without quotes' : 'name it in ports';
  port.warning('SUSPICIOUS', `no port of the container is named ${JSON.stringify(port.value)}`, hint);
}
