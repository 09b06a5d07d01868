import { join } from 'node:path';
import { ensureFolder, listFolder, removeFile, replaceFile } from '../host/files.ts';
import { readRecord } from '../host/read-record.ts';
import { type AddressPlan, chooseAddresses } from './address-plan.ts';
import type { AttachmentRecords } from './attachment-records.ts';
import { defaultNetworkName, leaseFolder } from './default-network.ts';
import type { Gate, Gates, Survey } from './gates.ts';
import type { HostRoutes } from './host-routes.ts';
import { IPv4Range } from './ipv4-range.ts';
import type { PortTable } from './port-table.ts';
import { elementsOf } from './ruleset.ts';
import { setSysctl } from './sysctl.ts';

/** The address ranges of the store, fixed when its first pod is attached. */
export interface AddressRecord extends AddressPlan {
  readonly format: 1;
}

/** What was done on the host for all pods of the default network. Written before it is done. */
interface HostRecord {
  readonly format: 1;
  /** The range that is reserved in the route table. */
  readonly pods: string;
  /** Places in other firewalls that got rules of ours. */
  readonly gates: readonly Gate[];
  /** True once forwarding, table and gates are all set. */
  readonly raised: boolean;
}

export interface HostSideSettings {
  readonly folder: string;
  readonly storeId: string | undefined;
  readonly records: AttachmentRecords;
  readonly routes: HostRoutes;
  readonly gates: Gates;
  readonly table: () => PortTable;
}

/**
 * What the pods of the default network need on the host together: an address range, forwarding, the nftables table
 * and a way through other firewalls. The caller of each method but `addresses` and `isRaised` holds the network lock.
 */
export interface HostSide {
  /** The ranges of the store, if they are chosen. */
  addresses(): AddressPlan | undefined;
  /** Chooses the ranges if need be, and reserves the pods' range. Throws NetworkError NO_FREE_RANGE. */
  claim(): Promise<AddressPlan>;
  /** Whether `raise` has nothing to do. */
  isRaised(): boolean;
  /** Sets what is not set since the range was claimed. Throws NetworkError FIREWALL_FAILED. */
  raise(): Promise<void>;
  /** Opens firewalls that have come or lost our rules. */
  openGates(): Promise<void>;
  /** Compares everything with the records and sets what is missing. */
  ensure(): Promise<void>;
  /** Takes everything away if no pod is left. */
  lowerIfLast(): Promise<void>;
  survey(): Promise<Survey>;
}

export function createHostSide(settings: HostSideSettings): HostSide {
  const { folder, storeId, records, routes, gates } = settings;
  const addressFile = join(folder, 'addresses.json');
  const hostFile = join(folder, 'host.json');
  const addresses = () => readRecord<AddressRecord>(addressFile, { format: 1 });
  const host = () => readRecord<HostRecord>(hostFile, { format: 1 });

  async function writeHost(record: Omit<HostRecord, 'format'>): Promise<void> {
    await replaceFile(hostFile, JSON.stringify({ format: 1, ...record } satisfies HostRecord));
  }

  async function choose(): Promise<AddressRecord> {
    const plan = chooseAddresses({ storeId, routes: await routes.destinations() });
    const record: AddressRecord = { format: 1, ...plan };
    ensureFolder(folder);
    await replaceFile(addressFile, JSON.stringify(record), { durable: true });
    return record;
  }

  async function claim(): Promise<AddressPlan> {
    for (;;) {
      const plan = addresses() ?? (await choose());
      const before = host();
      if (before?.pods === plan.pods && routes.isReserved(plan.pods)) return plan;
      await writeHost({ pods: plan.pods, gates: before?.gates ?? [], raised: false });
      if (await routes.reserve(plan.pods)) return plan;
      // Another store was faster. Its route is there now, so that the next choice is another one.
      removeFile(hostFile);
      removeFile(addressFile);
    }
  }

  async function openGates(): Promise<void> {
    const record = host();
    if (record === undefined) return;
    const { closed, open } = await gates.survey(record.pods);
    if (closed.length === 0) return;
    await writeHost({ ...record, gates: [...open, ...closed] });
    await gates.open(closed, record.pods);
  }

  async function raise(): Promise<void> {
    const record = host();
    if (record === undefined || record.raised) return;
    await Promise.all([forward(), openGates(), settings.table().rebuild()]);
    await writeHost({ ...(host() ?? record), raised: true });
  }

  async function lowerIfLast(): Promise<void> {
    const record = host();
    if (record === undefined || records.ids().length > 0) return;
    records.sweep();
    await gates.close(record.gates, record.pods);
    await settings.table().drop();
    clearLeases(leaseFolder(folder, defaultNetworkName(storeId)));
    await routes.release(record.pods);
    removeFile(hostFile);
  }

  async function ensure(): Promise<void> {
    records.sweep();
    if (host() === undefined) return;
    if (records.ids().length === 0) return lowerIfLast();
    await claim();
    await Promise.all([forward(), openGates(), settings.table().ensure()]);
    const interfaces = records.all().flatMap((record) => elementsOf(record).interfaces);
    for (const name of interfaces) await admitLoopback(name);
    const record = host();
    if (record !== undefined && !record.raised) await writeHost({ ...record, raised: true });
  }

  return {
    addresses,
    claim,
    isRaised: () => host()?.raised ?? false,
    raise,
    openGates,
    ensure,
    lowerIfLast,
    survey: async () => gates.survey(host()?.pods ?? addresses()?.pods ?? '0.0.0.0/32'),
  };
}

async function forward(): Promise<void> {
  await setSysctl('net/ipv4/ip_forward', '1');
}

/** Lets connections from 127.0.0.1 leave through this interface of ours, and only through such. */
export async function admitLoopback(name: string): Promise<void> {
  await setSysctl(`net/ipv4/conf/${name}/route_localnet`, '1');
}

/** With no pod left every lease is a dead command's. What host-local remembers of the last address stays. */
function clearLeases(folder: string): void {
  for (const name of listFolder(folder)) {
    if (IPv4Range.parse(name) !== undefined) removeFile(join(folder, name));
  }
}
