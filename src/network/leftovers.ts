import { join } from 'node:path';
import type { Exec } from '../contracts/exec.ts';
import type { NetworkLeftover } from '../contracts/network.ts';
import { listFolder, readFile, removeFile } from '../host/files.ts';
import { defaultNetworkName, leaseFolder } from './default-network.ts';
import { IPv4Range } from './ipv4-range.ts';
import { isRecord } from './is-record.ts';
import type { Parts } from './parts.ts';
import { listedElements } from './port-table.ts';
import { allElements, elementTexts, tableName } from './ruleset.ts';

/**
 * Finds what pods without a record have left. The caller holds the network lock, under which records are removed: what
 * is found before the records are read, and has none then, belongs to nobody.
 */
export async function findLeftovers(parts: Parts): Promise<readonly NetworkLeftover[]> {
  const { records, host, settings } = parts;
  const leases = listLeases(parts);
  const [interfaces, elements] = await Promise.all([gatewayInterfaces(parts), strayElements(parts)]);
  const known = new Set(records.ids());
  const stray = leases.filter(({ podId }) => !known.has(podId));
  const raised = records.all().flatMap((record) => record.attachments);
  const named = new Set(allElements(published(parts)).interfaces);
  // An ADD that has not answered yet has an interface that nobody can name.
  const veths = raised.some(({ result }) => result === undefined)
    ? []
    : interfaces.filter((name) => !named.has(name));
  return [
    ...veths.map((name) => ({
      text: `network interface ${name}`,
      remove: () => deleteInterface(settings.exec, name),
    })),
    ...stray.map(({ address, path }) => ({
      text: `address lease ${address}`,
      remove: async () => {
        removeFile(path);
      },
    })),
    ...elements.map((text) => ({ text, remove: () => settings.exclusive(() => mendTable(parts)) })),
    ...(known.size === 0 && host.isRaised()
      ? [{ text: 'host side of the network', remove: () => settings.exclusive(host.lowerIfLast) }]
      : []),
  ];
}

interface Lease {
  readonly address: string;
  readonly podId: string;
  readonly path: string;
}

/** host-local's files: the address is the name, the container's id the first line. */
function listLeases({ settings: { folder, storeId } }: Parts): readonly Lease[] {
  const leases = leaseFolder(folder, defaultNetworkName(storeId));
  return listFolder(leases)
    .filter((name) => IPv4Range.parse(name) !== undefined)
    .map((address) => {
      const path = join(leases, address);
      const podId = readFile(path)?.toString('utf8').split(/\r?\n/, 1)[0]?.trim() ?? '';
      return { address, podId, path };
    });
}

/** The host's ends of pods' veth pairs: each has the gateway's address, the first of the range. */
async function gatewayInterfaces({ settings: { exec }, host }: Parts): Promise<readonly string[]> {
  const range = IPv4Range.parse(host.addresses()?.pods ?? '');
  if (range === undefined) return [];
  const json: unknown = JSON.parse(
    await exec.run({ argv: ['ip', '-j', '-4', 'address', 'show', 'type', 'veth'] }),
  );
  return interfacesWith(new IPv4Range(range.base + 1, 32), json);
}

/** Pure: the names of interfaces that have just this address, from `ip -j address`. */
export function interfacesWith(address: IPv4Range, json: unknown): readonly string[] {
  return recordsOf(json)
    .filter(({ addr_info: addresses }) =>
      recordsOf(addresses).some(({ local }) => `${local}/32` === address.toString()),
    )
    .map(({ ifname }) => String(ifname));
}

function recordsOf(json: unknown) {
  return (Array.isArray(json) ? json : []).filter(isRecord);
}

/** What the table holds beyond what records, published yet or not, give it. */
async function strayElements(parts: Parts): Promise<readonly string[]> {
  const name = tableName(parts.settings.storeId);
  const listed = await parts.nft.table(name);
  if (listed.length === 0) return [];
  if (parts.records.ids().length === 0) return [`nftables table ${name}`];
  const wanted = elementTexts(allElements(published(parts)));
  return Object.entries(wanted).flatMap(([set, texts]) => {
    const found = listed.find(({ kind, fields }) => /^(set|map)$/.test(kind) && fields['name'] === set);
    return listedElements(found?.fields['elem'])
      .filter((text) => !texts.includes(text))
      .map((text) => `nftables element ${text} in ${set}`);
  });
}

function published({ records }: Pick<Parts, 'records'>) {
  return records.all().map((record) => ({ ...record, published: true }));
}

async function mendTable({ records, table, host }: Parts): Promise<void> {
  if (records.ids().length > 0) return table.ensure();
  await host.lowerIfLast();
  await table.drop();
}

async function deleteInterface(exec: Exec, name: string): Promise<void> {
  await exec.complete({ argv: ['ip', 'link', 'delete', name] });
}
