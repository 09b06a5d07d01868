import type { PortMapping, Protocol } from '../contracts/network.ts';
import type { Pod } from '../kube/wire.ts';

/** The ports that a pod publishes on the host: those with a hostPort, none with hostNetwork. A containerPort alone publishes nothing. */
export function containerPorts({ spec }: Pod): readonly PortMapping[] {
  if (spec.hostNetwork) return [];
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return containers.flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, hostIP, containerPort, protocol }) =>
      hostPort === undefined || hostPort === 0
        ? []
        : [
            {
              hostIP: hostIP || '0.0.0.0',
              hostPort,
              containerPort,
              protocol: (protocol ?? 'TCP').toLowerCase() as Protocol,
            },
          ],
    ),
  );
}
