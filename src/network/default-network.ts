import { join } from 'node:path';
import type { NetworkConfiguration } from './network-configuration.ts';

/** `pod`, and `pod-<id>` for a store with an id. */
export function defaultNetworkName(storeId: string | undefined): string {
  return storeId === undefined ? 'pod' : `pod-${storeId}`;
}

/** Where host-local keeps the leases of the default network: one file for each address. */
export function leaseFolder(folder: string, name: string): string {
  return join(folder, 'leases', name);
}

/**
 * The routed default network, made in memory: every pod has a veth pair of its own whose host end is its gateway,
 * so that all traffic between pods passes the host's forward hook, and none depends on how bridges are filtered.
 */
export function defaultNetwork({
  name,
  pods,
  folder,
}: {
  readonly name: string;
  /** Range of the pods' addresses. */
  readonly pods: string;
  /** The network's folder of lasting state. */
  readonly folder: string;
}): NetworkConfiguration {
  return {
    name,
    versions: ['0.4.0', '1.0.0'],
    plugins: [
      {
        type: 'ptp',
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: join(folder, 'leases'),
        },
      },
    ],
  };
}
