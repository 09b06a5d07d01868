import { statfsSync } from 'node:fs';
import type { Exec } from '../contracts/exec.ts';
import { SystemError } from '../errors/system-error.ts';
import { readFile } from '../host/files.ts';
import type { RecordedAttachment } from './attachment-records.ts';
import { deleteChain } from './chain.ts';
import type { Parts } from './parts.ts';
import { readResult } from './plugin-result.ts';
import { forgetUdpFlows } from './udp-flows.ts';

/**
 * Undoes what the pod's record says was done or begun: ports first, then DEL on each network in reverse. The record
 * goes last, and with the last record what all pods shared. No error if there is no record.
 */
export async function detach(parts: Parts, podId: string): Promise<void> {
  const { settings, records, table, host, plugins } = parts;
  const record = records.read(podId);
  if (record === undefined) return;
  if (record.published) {
    await records.write({ ...record, published: false });
  }
  await table.remove(record);
  await forgetUdpFlows(settings.exec, record.ports);
  const { netns, ...pod } = record;
  const alive = isNamespace(netns) ? { ...pod, netns } : pod;
  for (const attachment of record.attachments.toReversed()) {
    await deleteChain({ attachment, pod: alive, plugins }, attachment.result);
    if (attachment.routed) await removeVeth(settings.exec, attachment);
  }
  await settings.exclusive(async () => {
    records.remove(podId);
    await host.lowerIfLast();
  });
}

const namespaceFilesystem = 0x6e736673;

/** A pin that is left over from before a reboot is a plain file, which plugins refuse. */
function isNamespace(path: string): boolean {
  try {
    return statfsSync(path).type === namespaceFilesystem;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Where the pin is lost but a process keeps the namespace, DEL leaves the veth pair with its address and route. */
async function removeVeth(exec: Exec, { result, interface: name }: RecordedAttachment): Promise<void> {
  for (const { name: veth, mac } of readResult(result, name).hostInterfaces) {
    const isPresent = () => mac !== undefined && macOf(veth) === mac;
    if (!isPresent()) continue;
    try {
      await exec.run({ argv: ['ip', 'link', 'delete', veth] });
    } catch (error) {
      // The kernel takes it away by itself soon after its namespace has gone.
      if (isPresent()) throw error;
    }
  }
}

/** Undefined if there is no such interface, or it is about to go. */
function macOf(name: string): string | undefined {
  try {
    return readFile(`/sys/class/net/${name}/address`)?.toString('utf8').trim();
  } catch (error) {
    if (error instanceof SystemError && (error.errno === 'EINVAL' || error.errno === 'ENODEV'))
      return undefined;
    throw error;
  }
}
