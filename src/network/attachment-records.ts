import { join } from 'node:path';
import type { PortMapping } from '../contracts/network.ts';
import { ensureFolder, listFolder, removeFile, replaceFile } from '../host/files.ts';
import { readRecord } from '../host/read-record.ts';
import type { ChainAttachment } from './chain.ts';

/** One network of a pod: what its plugins were told, and what they answered once they did. */
export interface RecordedAttachment extends ChainAttachment {
  /** True on the default network, whose ports and masquerading are in our own nftables table. */
  readonly routed: boolean;
  /** The final result of ADD. Absent until ADD has ended. */
  readonly result?: unknown;
}

/** All that was done for the network of one pod. Written before each effect that it describes. */
export interface AttachmentRecord {
  readonly format: 1;
  readonly podId: string;
  readonly namespace: string;
  readonly podName: string;
  readonly netns: string;
  readonly ports: readonly PortMapping[];
  readonly attachments: readonly RecordedAttachment[];
  /** True while the pod's elements belong in the nftables table. */
  readonly published: boolean;
}

/** The records of all pods with a network here, one file each. */
export interface AttachmentRecords {
  ids(): readonly string[];
  /** Throws StateError RECORD_NEWER, RECORD_CORRUPT. */
  read(podId: string): AttachmentRecord | undefined;
  all(): readonly AttachmentRecord[];
  write(record: AttachmentRecord): Promise<void>;
  remove(podId: string): void;
  /** Removes what a killed command left of a first write. The caller holds the lock that first writes are made under. */
  sweep(): void;
}

const suffix = '.json';
const unfinished = /^\.(.+)\.json\.[0-9a-f]+\.tmp$/;

/** Records in `folder`, which is made when first written to. */
export function createAttachmentRecords(folder: string): AttachmentRecords {
  const file = (podId: string) => join(folder, `${podId}${suffix}`);
  const ids = () =>
    listFolder(folder)
      .filter((name) => name.endsWith(suffix) && !name.startsWith('.'))
      .map((name) => name.slice(0, -suffix.length));
  const read = (podId: string) =>
    readRecord<AttachmentRecord>(file(podId), { format: 1, identity: { podId } });
  return {
    ids,
    read,
    all: () =>
      ids()
        .map(read)
        .filter((record) => record !== undefined),
    async write(record) {
      ensureFolder(folder);
      await replaceFile(file(record.podId), JSON.stringify(record));
    },
    remove(podId) {
      removeFile(file(podId));
    },
    sweep() {
      const present = new Set(ids());
      for (const name of listFolder(folder)) {
        const podId = unfinished.exec(name)?.[1];
        if (podId !== undefined && !present.has(podId)) removeFile(join(folder, name));
      }
    },
  };
}
