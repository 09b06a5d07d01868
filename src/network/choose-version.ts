import { NetworkError } from '../errors/network-error.ts';
import type { NetworkConfiguration } from './network-configuration.ts';
import type { PluginVersions } from './plugin-versions.ts';

/** Versions of the CNI specification that are spoken here, oldest first. */
export const spokenVersions = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

/**
 * Chooses the version that a network is run with: the highest that its configuration, each of its plugins and pod
 * have in common. A configuration of one version leaves no choice, so its plugins are not asked.
 * Throws NetworkError NETWORK_INVALID when there is none.
 */
export async function chooseVersion(
  network: NetworkConfiguration,
  supportedBy: PluginVersions,
): Promise<string> {
  const declared = spokenVersions.filter((version) => network.versions.includes(version));
  const [only, ...others] = declared;
  if (only !== undefined && others.length === 0) return only;
  const types = [...new Set(network.plugins.map(({ type }) => type))];
  const supported = await Promise.all(types.map(supportedBy));
  const chosen = declared.findLast((version) => supported.every((versions) => versions.includes(version)));
  if (chosen === undefined) throw noVersion(network, types);
  return chosen;
}

function noVersion(network: NetworkConfiguration, types: readonly string[]): NetworkError {
  return new NetworkError({
    code: 'NETWORK_INVALID',
    message: `network ${network.name} is written for CNI ${network.versions.join(', ')}, which ${types.join(', ')} and pod do not all support`,
    hint: `pod supports ${spokenVersions.join(', ')}; change "cniVersion" or update the plugins`,
  });
}
