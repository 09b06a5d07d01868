import { createHash } from 'node:crypto';
import type { NetworkInfo } from '../contracts/network.ts';
import { isDefault, routedNetwork } from './choose-networks.ts';
import { isRecord } from './is-record.ts';
import { type NetworkConfiguration, readNetworks } from './network-configuration.ts';
import type { Parts } from './parts.ts';

/** The default network first, then those of the configuration folders. Its subnet is known once a pod was attached. */
export function listNetworks({ settings, host }: Parts): readonly NetworkInfo[] {
  const pods = host.addresses()?.pods;
  const routed = networkInfo(routedNetwork(settings, pods ?? ''), true);
  const { networks } = readNetworks(settings.configFolders);
  return [
    { ...routed, subnets: pods === undefined ? [] : [pods] },
    ...networks
      .filter(({ name }) => !isDefault(name, settings))
      .map((network) => networkInfo(network, false)),
  ];
}

function networkInfo({ name, plugins }: NetworkConfiguration, isDefault: boolean): NetworkInfo {
  const [{ type, ipam }] = plugins;
  return {
    id: createHash('sha256').update(name).digest('hex'),
    name,
    driver: type,
    subnets: subnetsOf(ipam),
    isDefault,
  };
}

/** host-local knows one subnet, or ranges of them. Other plugins keep their addresses elsewhere. */
function subnetsOf(ipam: unknown): readonly string[] {
  if (!isRecord(ipam)) return [];
  const ranges = Array.isArray(ipam['ranges']) ? ipam['ranges'].flat() : [];
  return [ipam, ...ranges]
    .map((range) => (isRecord(range) ? range['subnet'] : undefined))
    .filter((subnet) => typeof subnet === 'string');
}
