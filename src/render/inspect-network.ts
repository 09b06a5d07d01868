import type { PortMapping } from '../contracts/network.ts';
import type { ObservedPod } from '../contracts/observed.ts';

interface Binding {
  readonly HostIp: string;
  readonly HostPort: string;
}

/** Published ports as Podman and Docker show them: by `80/tcp`, the host's addresses and ports of each. */
export function portBindings(ports: readonly PortMapping[]): ReadonlyMap<string, readonly Binding[]> {
  const byPort = Map.groupBy(ports, ({ containerPort, protocol }) => `${containerPort}/${protocol}`);
  return new Map(
    [...byPort].map(([port, mappings]) => [
      port,
      mappings.map(({ hostIP, hostPort }) => ({ HostIp: hostIP, HostPort: String(hostPort) })),
    ]),
  );
}

/** Pure: the addresses of a pod as `inspect` shows them, those of its first network on top. */
export function networkSettings({ record }: ObservedPod): object {
  const { sandbox } = record;
  const attachments = sandbox?.attachments ?? [];
  const networks = attachments.map(({ network, addresses, gateway = '', mac = '' }) => {
    const parts = addresses.map((address) => address.split('/'));
    const four = parts.find(([ip]) => ip?.includes('.'));
    const six = parts.find(([ip]) => ip?.includes(':'));
    const view = {
      Gateway: gateway.includes(':') ? '' : gateway,
      IPAddress: four?.[0] ?? '',
      IPPrefixLen: Number(four?.[1] ?? 0),
      IPv6Gateway: gateway.includes(':') ? gateway : '',
      GlobalIPv6Address: six?.[0] ?? '',
      GlobalIPv6PrefixLen: Number(six?.[1] ?? 0),
      MacAddress: mac,
    };
    return [network, view] as const;
  });
  const none = {
    Gateway: '',
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    MacAddress: '',
  };
  return {
    ...(networks[0]?.[1] ?? none),
    EndpointID: '',
    Bridge: '',
    SandboxID: '',
    HairpinMode: false,
    Ports: portBindings(record.publish),
    SandboxKey: sandbox?.netns ?? '',
    Networks: new Map(
      networks.map(([name, view]) => [name, { EndpointID: '', ...view, NetworkID: name, Aliases: [] }]),
    ),
  };
}
