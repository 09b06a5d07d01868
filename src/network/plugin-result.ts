import type { Attachment } from '../contracts/network.ts';
import { isRecord } from './is-record.ts';

/** What a chain of plugins made for one interface of a pod. */
export interface PluginResult {
  /** Addresses of the pod with prefix length, `10.86.0.5/16`. */
  readonly addresses: readonly string[];
  readonly gateway?: string;
  readonly mac?: string;
  /** Interfaces on the host's side, such as the host's end of a veth pair or a bridge. */
  readonly hostInterfaces: readonly HostInterface[];
}

export interface HostInterface {
  readonly name: string;
  readonly mac?: string;
}

interface ResultInterface extends HostInterface {
  readonly sandbox: string;
}

/**
 * Reads a result of any version of the specification. What other interfaces than `name` carry is left out.
 * Names that no interface can have are left out too: they would end up in firewall rules.
 */
export function readResult(result: unknown, name: string): PluginResult {
  const fields = isRecord(result) ? result : {};
  if ('ip4' in fields || 'ip6' in fields) return readOldResult(fields);
  const interfaces = list(fields['interfaces']).map(readInterface);
  const own = interfaces.find((each) => each.name === name && each.sandbox !== '');
  const addresses = list(fields['ips']).filter((address) => {
    const index = address['interface'];
    return typeof index !== 'number' || interfaces[index] === own;
  });
  return {
    addresses: addresses.map((address) => text(address['address'])).filter((address) => address !== ''),
    ...optional(
      'gateway',
      addresses.map((address) => text(address['gateway'])).find((gateway) => gateway !== ''),
    ),
    ...optional('mac', own?.mac),
    hostInterfaces: interfaces
      .filter((each) => each.sandbox === '' && /^[^\s"/\\]{1,15}$/.test(each.name))
      .map(({ name, mac }) => ({ name, ...optional('mac', mac) })),
  };
}

/** Results before 0.3.0 name one address of each family and no interfaces. */
function readOldResult(fields: Readonly<Record<string, unknown>>): PluginResult {
  const addresses = [fields['ip4'], fields['ip6']].filter(isRecord);
  return {
    addresses: addresses.map((address) => text(address['ip'])).filter((address) => address !== ''),
    ...optional(
      'gateway',
      addresses.map((address) => text(address['gateway'])).find((gateway) => gateway !== ''),
    ),
    hostInterfaces: [],
  };
}

/** A result as the pod's view of one network. */
export function toAttachment(
  result: PluginResult,
  where: Pick<Attachment, 'network' | 'interface'>,
): Attachment {
  const { addresses, gateway, mac } = result;
  return { ...where, addresses, ...optional('gateway', gateway), ...optional('mac', mac) };
}

function readInterface(fields: Readonly<Record<string, unknown>>): ResultInterface {
  return {
    name: text(fields['name']),
    sandbox: text(fields['sandbox']),
    ...optional('mac', text(fields['mac'])),
  };
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [P in K]?: string });
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
