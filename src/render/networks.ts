import type { NetworkInfo } from '../contracts/network.ts';
import type { ObservedPod } from '../contracts/observed.ts';

export const networkColumns = 'table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{join .Subnets ", "}}';
export const networkHeadings = { ID: 'NETWORK ID' };

/** A network in a listing. */
export function networkItem({ id, name, driver, subnets, created = '' }: NetworkInfo, full: boolean): object {
  return {
    ID: full ? id : id.slice(0, 12),
    Name: name,
    Driver: driver,
    Subnets: subnets,
    Created: created,
    Labels: new Map(),
  };
}

/** A network as `network inspect` shows it, with the pods that are on it. */
export function networkView(network: NetworkInfo, pods: readonly ObservedPod[]): object {
  const { id, name, driver, subnets, created = '', isDefault } = network;
  return {
    Name: name,
    Id: id,
    Driver: driver,
    Created: created,
    Subnets: subnets.map((subnet) => ({ Subnet: subnet })),
    Default: isDefault,
    Internal: false,
    DnsEnabled: false,
    IPv6Enabled: subnets.some((subnet) => subnet.includes(':')),
    Labels: new Map(),
    Options: new Map(),
    Pods: new Map(
      pods.flatMap(({ record }) =>
        (record.sandbox?.attachments ?? [])
          .filter((attachment) => attachment.network === name)
          .map(({ interface: device, addresses, mac = '' }) => [
            record.id,
            {
              Name: record.name,
              Namespace: record.namespace,
              Interface: device,
              Addresses: addresses,
              Mac: mac,
            },
          ]),
      ),
    ),
  };
}

/** The same data with the keys of Podman's JSON of networks: `name`, `dns_enabled`, `ipv6_enabled`. */
export function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, snakeKeys(item)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [snakeKey(key), snakeKeys(item)]));
}

function snakeKey(key: string): string {
  return key.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
}
