import type { PortMapping } from '../contracts/network.ts';
import type { NetworkConfiguration, PluginConfiguration } from './network-configuration.ts';
import { type Invocation, PluginFailure, type Plugins } from './plugins.ts';

/** One interface of a pod on one network, as its plugins are told of it at ADD and again at DEL. */
export interface ChainAttachment {
  readonly network: NetworkConfiguration;
  /** The version of the specification that was chosen. */
  readonly version: string;
  readonly interface: string;
  /** Ports for plugins with the capability `portMappings`. */
  readonly portMappings: readonly PortMapping[];
}

/** Whose network it is. */
export interface ChainPod {
  readonly podId: string;
  readonly namespace: string;
  readonly podName: string;
  /** Path of the network namespace; absent when it is gone. */
  readonly netns?: string;
}

export interface Chain {
  readonly attachment: ChainAttachment;
  readonly pod: ChainPod;
  readonly plugins: Plugins;
}

/** "Container unknown": the plugin has nothing to undo. */
const containerUnknown = 3;

/** Runs ADD through the plugins in order, each with the result of the one before. Returns the last result. */
export async function addChain({ attachment, pod, plugins }: Chain): Promise<unknown> {
  let result: unknown;
  for (const plugin of attachment.network.plugins) {
    result = await plugins.invoke(invocation('ADD', { plugin, attachment, pod, previous: result }));
  }
  return result;
}

/** Runs DEL through the plugins in reverse, each with the final result of ADD as far as it is known. */
export async function deleteChain({ attachment, pod, plugins }: Chain, result: unknown): Promise<void> {
  const previous = passesResultAtDelete(attachment.version) ? result : undefined;
  for (const plugin of attachment.network.plugins.toReversed()) {
    try {
      await plugins.invoke(invocation('DEL', { plugin, attachment, pod, previous }));
    } catch (error) {
      if (!(error instanceof PluginFailure && error.pluginCode === containerUnknown)) throw error;
    }
  }
}

interface Call {
  readonly plugin: PluginConfiguration;
  readonly attachment: ChainAttachment;
  readonly pod: ChainPod;
  readonly previous: unknown;
}

function invocation(command: 'ADD' | 'DEL', { plugin, attachment, pod, previous }: Call): Invocation {
  return {
    type: plugin.type,
    command,
    request: request({ plugin, attachment, previous }),
    containerId: pod.podId,
    ...(pod.netns === undefined ? {} : { netns: pod.netns }),
    interface: attachment.interface,
    args: podArguments(pod),
  };
}

/**
 * Pure: the request configuration of one plugin (specification 1.0, section 3): its configuration without
 * `capabilities`, and with version, name, the capability arguments that it asked for, and the previous result.
 */
export function request({ plugin, attachment, previous }: Omit<Call, 'pod'>): object {
  const { capabilities, ...configuration } = plugin;
  const runtimeConfig =
    capabilities?.['portMappings'] === true && attachment.portMappings.length > 0
      ? { portMappings: attachment.portMappings.map(portMappingArgument) }
      : undefined;
  return {
    ...configuration,
    cniVersion: attachment.version,
    name: attachment.network.name,
    ...(runtimeConfig === undefined ? {} : { runtimeConfig }),
    ...(previous === undefined ? {} : { prevResult: previous }),
  };
}

/** An address of all zeros means all addresses, for which the convention has no hostIP at all. */
function portMappingArgument({ hostIP, hostPort, containerPort, protocol }: PortMapping): object {
  return { hostPort, containerPort, protocol, ...(hostIP === '0.0.0.0' ? {} : { hostIP }) };
}

/** IgnoreUnknown lets plugins that look for other arguments accept these. */
function podArguments({ namespace, podName, podId }: ChainPod): string {
  return [
    'IgnoreUnknown=1',
    `K8S_POD_NAMESPACE=${namespace}`,
    `K8S_POD_NAME=${podName}`,
    `K8S_POD_INFRA_CONTAINER_ID=${podId}`,
  ].join(';');
}

/** Before 0.4.0 plugins took no `prevResult` at DEL. */
function passesResultAtDelete(version: string): boolean {
  return !['0.1.0', '0.2.0', '0.3.0', '0.3.1'].includes(version);
}
