import type { PortMapping } from '../contracts/network.ts';
import type { AttachmentRecord, RecordedAttachment } from './attachment-records.ts';
import { IPv4Range } from './ipv4-range.ts';
import { readResult } from './plugin-result.ts';

/** The nftables table of one store. */
export interface Table {
  readonly name: string;
  /** The range of the store's pods. */
  readonly pods: string;
}

/** What the table holds for its pods. */
export interface TableElements {
  /** The host's ends of the pods' veth pairs. */
  readonly interfaces: readonly string[];
  /** Addresses of pods, without prefix length. */
  readonly addresses: readonly string[];
  readonly ports: readonly (PortMapping & { readonly address: string })[];
}

const noElements: TableElements = { interfaces: [], addresses: [], ports: [] };

/** `pod`, and `pod_<id>` for a store with an id. */
export function tableName(storeId: string | undefined): string {
  return storeId === undefined ? 'pod' : `pod_${storeId}`;
}

/** Pure: what a pod's record puts into the table: its routed attachments, once their plugins have answered. */
export function elementsOf({ published, attachments }: AttachmentRecord): TableElements {
  if (!published) return noElements;
  return merged(
    attachments.filter(({ routed, result }) => routed && result !== undefined).map(attachmentElements),
  );
}

function attachmentElements({ result, interface: name, portMappings }: RecordedAttachment): TableElements {
  const { addresses, hostInterfaces } = readResult(result, name);
  const hosts = addresses.map(hostAddress).filter((address) => address !== '');
  const [address] = hosts;
  return {
    interfaces: hostInterfaces.map((each) => each.name),
    addresses: hosts,
    ports: address === undefined ? [] : portMappings.map((port) => ({ ...port, address })),
  };
}

/** Pure: the elements of many records in one. */
export function allElements(records: readonly AttachmentRecord[]): TableElements {
  return merged(records.map(elementsOf));
}

function merged(elements: readonly TableElements[]): TableElements {
  return {
    interfaces: elements.flatMap(({ interfaces }) => interfaces),
    addresses: elements.flatMap(({ addresses }) => addresses),
    ports: elements.flatMap(({ ports }) => ports),
  };
}

/** The IPv4 address of `10.86.0.5/16`; empty if it is none. */
function hostAddress(address: string): string {
  const [host = ''] = address.split('/');
  return IPv4Range.parse(host) === undefined ? '' : host;
}

/**
 * Pure: the commands that make the table anew, in one transaction, whether it was there or not.
 *
 * - `raw`: nothing with a loopback address comes from a pod, which route_localnet would otherwise let reach the
 *   host's own loopback services; and nothing with a pod's address comes from anywhere else.
 * - `publish`: a port of one host address wins over a port of all addresses. It is entered for traffic from outside
 *   and from pods (prerouting) and from the host itself (output).
 * - `postrouting`: connections from 127.0.0.1, from a pod to itself through a published port, and from pods to
 *   anywhere but pods get an address of the host; pods see each other's own addresses.
 * - `forward`: from outside, pods are reached through published ports only, so that a hostIP means something to
 *   neighbours that route to us.
 */
export function tableScript({ name, pods }: Table, elements: TableElements): string {
  return `add table inet ${name}
delete table inet ${name}
table inet ${name} {
  set interfaces { type ifname; }
  set hairpin { type ipv4_addr . ipv4_addr; }
  map ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
  map addressed_ports { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
  chain publish {
    dnat ip to ip daddr . meta l4proto . th dport map @addressed_ports
    fib daddr type local dnat ip to meta l4proto . th dport map @ports
  }
  chain raw {
    type filter hook prerouting priority raw; policy accept;
    iifname @interfaces ip daddr 127.0.0.0/8 drop
    iifname @interfaces ip saddr 127.0.0.0/8 drop
    iifname != "lo" iifname != @interfaces ip saddr ${pods} drop
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    meta l4proto { tcp, udp, sctp } jump publish
  }
  chain output {
    type nat hook output priority -100; policy accept;
    meta l4proto { tcp, udp, sctp } jump publish
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname @interfaces ip saddr 127.0.0.0/8 masquerade
    ip saddr . ip daddr @hairpin masquerade
    ip saddr ${pods} oifname != "lo" oifname != @interfaces masquerade fully-random
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname @interfaces iifname != @interfaces ct state new ct status & dnat == 0 drop
  }
}
${elementCommands('add', { name, elements })}`;
}

/** Pure: the commands that add the elements to the table. They fail if the table is not there. */
export function addScript(name: string, elements: TableElements): string {
  return elementCommands('add', { name, elements });
}

/** Pure: the commands that remove the elements. Adding them first makes it no error if they are gone. */
export function removeScript(name: string, elements: TableElements): string {
  return elementCommands('add', { name, elements }) + elementCommands('delete', { name, elements });
}

/** Pure: the commands that remove the table, whether it is there or not. */
export function dropScript(name: string): string {
  return `add table inet ${name}\ndelete table inet ${name}\n`;
}

interface NamedElements {
  readonly name: string;
  readonly elements: TableElements;
}

function elementCommands(verb: 'add' | 'delete', { name, elements }: NamedElements): string {
  return Object.entries(elementTexts(elements))
    .filter(([, texts]) => texts.length > 0)
    .map(([set, texts]) => `${verb} element inet ${name} ${set} { ${texts.join(', ')} }\n`)
    .join('');
}

/** Pure: the elements of each set and map, as nft writes them. */
export function elementTexts({
  interfaces,
  addresses,
  ports,
}: TableElements): Record<string, readonly string[]> {
  const target = (port: (typeof ports)[number]) => `${port.address} . ${port.containerPort}`;
  const everywhere = ports.filter(({ hostIP }) => hostIP === '0.0.0.0');
  const addressed = ports.filter(({ hostIP }) => hostIP !== '0.0.0.0');
  return {
    interfaces: interfaces.map((name) => `"${name}"`),
    hairpin: addresses.map((address) => `${address} . ${address}`),
    ports: everywhere.map((port) => `${port.protocol} . ${port.hostPort} : ${target(port)}`),
    addressed_ports: addressed.map(
      (port) => `${port.hostIP} . ${port.protocol} . ${port.hostPort} : ${target(port)}`,
    ),
  };
}
