import type * as model from '@kubernetes/client-node';
import { labelFault } from '../../values/name.ts';
import { reportName } from '../rules/metadata.ts';
import { checkOneOf, checkRange, checkUnique, type Subject } from '../rules/subject.ts';
import type { Wire } from '../wire.ts';

/** Checks a Service: its type and ports. */
export function checkService(service: Subject<Wire<model.V1Service>>): void {
  const spec = service.at('spec').as<Wire<model.V1ServiceSpec>>();
  checkOneOf(spec.at('type'), ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']);
  checkOneOf(spec.at('sessionAffinity'), ['None', 'ClientIP']);
  const ports = spec.at('ports').items();
  for (const each of ports) {
    checkRange(each.at('port'), { least: 1, most: 65535 });
    checkOneOf(each.at('protocol'), ['TCP', 'UDP', 'SCTP']);
    const name = each.at('name');
    if (name.value) reportName(name, labelFault(name.value));
    else if (ports.length > 1) name.error('MISSING_FIELD', 'a Service with several ports must name each');
  }
  checkUnique(
    ports.map((each) => each.at('name')),
    'the port name',
  );
}
