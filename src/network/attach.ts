import type { Attachment, AttachRequest } from '../contracts/network.ts';
import { PodError } from '../errors/pod-error.ts';
import type { AttachmentRecord, RecordedAttachment } from './attachment-records.ts';
import { addChain } from './chain.ts';
import {
  chooseNetworks,
  isDefault,
  pluginTypes,
  publishingNetwork,
  routedNetwork,
} from './choose-networks.ts';
import { chooseVersion } from './choose-version.ts';
import { detach } from './detach.ts';
import { checkPorts, conflictingPod, podTitle, portInUse } from './hold-ports.ts';
import { admitLoopback } from './host-side.ts';
import type { NetworkConfiguration } from './network-configuration.ts';
import type { Parts } from './parts.ts';
import { readResult, toAttachment } from './plugin-result.ts';
import { elementsOf } from './ruleset.ts';
import { forgetUdpFlows } from './udp-flows.ts';

/**
 * ADD on each network of the pod, then its ports. Ports and networks are recorded before anything is done; what was
 * done is undone on failure. Throws NetworkError.
 */
export async function attach(parts: Parts, request: AttachRequest): Promise<readonly Attachment[]> {
  const { settings, records } = parts;
  checkPorts(request.ports, (await settings.facts()).protocols);
  if (records.read(request.podId) !== undefined) await detach(parts, request.podId);
  const networks = chooseNetworks(request.networks, settings);
  parts.plugins.need(networks.flatMap(pluginTypes));
  const versions = await Promise.all(networks.map((network) => chooseVersion(network, parts.versions)));
  try {
    const record = await reserve(parts, { request, networks, versions });
    const added = await both(addAll(parts, record), raise(parts, record));
    await publish(parts, added);
    return added.attachments.map((attachment) =>
      toAttachment(readResult(attachment.result, attachment.interface), {
        network: attachment.network.name,
        interface: attachment.interface,
      }),
    );
  } catch (error) {
    await undo(parts, request.podId);
    throw error;
  }
}

interface Reservation {
  readonly request: AttachRequest;
  readonly networks: readonly NetworkConfiguration[];
  readonly versions: readonly string[];
}

/** Writes the pod's record, with its ports, unless another pod has one of them. */
function reserve(parts: Parts, { request, networks, versions }: Reservation): Promise<AttachmentRecord> {
  const { settings, records, host } = parts;
  const { podId, namespace, podName, netns, ports } = request;
  const publisher = ports.length === 0 ? -1 : publishingNetwork(networks, settings);
  return settings.exclusive(async () => {
    checkConflicts(request, ports.length === 0 ? [] : records.all());
    const attachments: RecordedAttachment[] = [];
    for (const [index, network] of networks.entries()) {
      const routed = isDefault(network.name, settings);
      attachments.push({
        network: routed ? routedNetwork(settings, (await host.claim()).pods) : network,
        version: versions[index] ?? '',
        interface: `eth${index}`,
        portMappings: index === publisher ? ports : [],
        routed,
      });
    }
    const record: AttachmentRecord = {
      format: 1,
      podId,
      namespace,
      podName,
      netns,
      ports,
      attachments,
      published: false,
    };
    await records.write(record);
    return record;
  });
}

function checkConflicts({ podId, ports }: AttachRequest, records: readonly AttachmentRecord[]): void {
  const others = records.filter((record) => record.podId !== podId);
  for (const port of ports) {
    const pod = conflictingPod(port, others);
    if (pod !== undefined) throw portInUse(port, podTitle(pod));
  }
}

/** ADD on each network in turn. Each result is recorded before the next ADD begins. */
async function addAll({ records, plugins }: Parts, record: AttachmentRecord): Promise<AttachmentRecord> {
  let current = record;
  for (const [index, attachment] of record.attachments.entries()) {
    const result = await addChain({ attachment, pod: record, plugins });
    const last = index === record.attachments.length - 1;
    const attachments = current.attachments.with(index, { ...attachment, result: result ?? {} });
    current = { ...current, attachments, published: last };
    await records.write(current);
  }
  return current;
}

async function raise({ settings, host }: Parts, { attachments }: AttachmentRecord): Promise<void> {
  if (!attachments.some(({ routed }) => routed) || host.isRaised()) return;
  await settings.exclusive(host.raise);
}

async function publish({ settings, table }: Parts, record: AttachmentRecord): Promise<void> {
  await table.add(record);
  await forgetUdpFlows(settings.exec, record.ports);
  for (const name of elementsOf(record).interfaces) await admitLoopback(name);
}

/** The first result, once both have ended: nothing may be undone while a part of it is still being done. */
async function both<T>(first: Promise<T>, second: Promise<void>): Promise<T> {
  await Promise.allSettled([first, second]);
  await second;
  return first;
}

async function undo(parts: Parts, podId: string): Promise<void> {
  try {
    await detach(parts, podId);
  } catch (error) {
    // The record is still there, by which the next command finds and undoes the rest; the first error tells more.
    if (!(error instanceof PodError)) throw error;
  }
}
