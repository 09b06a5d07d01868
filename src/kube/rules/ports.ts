import { isIP } from 'node:net';
import { portNameFault } from '../../values/name.ts';
import type { Container, ContainerPort, PodSpec } from '../wire.ts';
import { reportName } from './metadata.ts';
import { checkOneOf, checkRange, checkUnique, type Subject } from './subject.ts';

const port = { least: 1, most: 65535 };

/** Checks the ports of one container. */
export function checkPorts(container: Subject<Container>, spec: PodSpec): void {
  const ports = container.at('ports').items();
  for (const each of ports) {
    checkRange(each.at('containerPort'), port);
    if (each.value.hostPort !== 0) checkRange(each.at('hostPort'), port);
    checkOneOf(each.at('protocol'), ['TCP', 'UDP', 'SCTP']);
    checkHostNetwork(each, spec);
    const name = each.at('name');
    if (name.value) reportName(name, portNameFault(name.value));
    const { hostIP } = each.value;
    if (hostIP && isIP(hostIP) === 0) {
      each.at('hostIP').error('BAD_VALUE', `${JSON.stringify(hostIP)} is not an IP address`);
    }
  }
  checkUnique(
    ports.map((each) => each.at('name')),
    'the port name',
  );
}

function checkHostNetwork(each: Subject<ContainerPort>, spec: PodSpec): void {
  const { hostPort, containerPort } = each.value;
  if (!spec.hostNetwork || !hostPort || hostPort === containerPort) return;
  const message = `with hostNetwork the hostPort ${hostPort} must equal the containerPort ${containerPort}`;
  each.at('hostPort').error('CONFLICT', message, `remove hostPort, or write ${containerPort}`);
}

/** Checks that no two containers of a pod want the same port of the host. */
export function checkHostPorts(containers: readonly Subject<Container>[]): void {
  const taken = new Map<string, Subject<number | undefined>>();
  for (const each of containers.flatMap((container) => container.at('ports').items())) {
    const { hostPort, protocol = 'TCP', hostIP = '' } = each.value;
    if (!hostPort) continue;
    const key = `${hostIP === '0.0.0.0' ? '' : hostIP} ${hostPort}/${protocol}`;
    const first = taken.get(key);
    if (first === undefined) {
      taken.set(key, each.at('hostPort'));
      continue;
    }
    const message = `the hostPort ${hostPort}/${protocol} is taken twice; the first is on line ${first.line()}`;
    each.at('hostPort').error('DUPLICATE', message, 'publish one of them on another port');
  }
}
