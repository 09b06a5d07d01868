import { NetworkError } from '../errors/network-error.ts';
import { defaultNetwork, defaultNetworkName } from './default-network.ts';
import { isRecord } from './is-record.ts';
import { type NetworkConfiguration, readNetworks } from './network-configuration.ts';
import type { NetworkSettings } from './parts.ts';

/** The networks by their names, the default one when there is no name. Throws NETWORK_NOT_FOUND, naming those that exist. The default network's range is filled in once it is claimed. */
export function chooseNetworks(
  names: readonly string[],
  settings: NetworkSettings,
): readonly NetworkConfiguration[] {
  const wanted = names.length === 0 ? ['pod'] : names;
  const configured = wanted.every((name) => isDefault(name, settings))
    ? undefined
    : readNetworks(settings.configFolders);
  return wanted.map((name) => {
    if (isDefault(name, settings)) return routedNetwork(settings, '0.0.0.0/32');
    const found = configured?.networks.find((network) => network.name === name);
    if (found !== undefined) return found;
    const present = [
      defaultNetworkName(settings.storeId),
      ...(configured?.networks ?? []).map((each) => each.name),
    ];
    throw new NetworkError({
      code: 'NETWORK_NOT_FOUND',
      message: `there is no network ${name}; there ${present.length === 1 ? 'is' : 'are'} ${present.join(', ')}`,
      hint: [
        `define it in ${settings.configFolders.join(' or ')}`,
        ...(configured?.faults ?? []).map(({ message }) => message),
      ].join('; '),
    });
  });
}

export function isDefault(name: string, { storeId }: NetworkSettings): boolean {
  return name === 'pod' || name === defaultNetworkName(storeId);
}

export function routedNetwork({ storeId, folder }: NetworkSettings, pods: string): NetworkConfiguration {
  return defaultNetwork({ name: defaultNetworkName(storeId), pods, folder });
}

export function pluginTypes({ plugins }: NetworkConfiguration): readonly string[] {
  return plugins.flatMap(({ type, ipam }) =>
    isRecord(ipam) && typeof ipam['type'] === 'string' ? [type, ipam['type']] : [type],
  );
}

/** Index of the first network that can publish ports: the default one, or one whose plugins say they can. */
export function publishingNetwork(
  networks: readonly NetworkConfiguration[],
  settings: NetworkSettings,
): number {
  const index = networks.findIndex(
    (network) =>
      isDefault(network.name, settings) ||
      network.plugins.some(({ capabilities }) => capabilities?.['portMappings'] === true),
  );
  if (index >= 0) return index;
  throw new NetworkError({
    code: 'NETWORK_INVALID',
    message: `network ${networks.map(({ name }) => name).join(', ')} cannot publish ports: none of its plugins has the capability portMappings`,
    hint: 'add the plugin {"type": "portmap", "capabilities": {"portMappings": true}} to its configuration',
  });
}
