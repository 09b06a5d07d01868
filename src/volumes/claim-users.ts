import { join } from 'node:path';
import { ensureFolder, listFolder, replaceFile } from '../host/files.ts';
import { readRecord } from '../host/read-record.ts';

const format = 1;

/** Which named volumes a pod uses, as a file in its folder of volumes, so that it goes with that. */
interface ClaimRecord {
  readonly format: 1;
  readonly namespace: string;
  readonly pod: string;
  readonly claims: readonly string[];
}

/** Written before the volumes are made, so that none of them is removed meanwhile as unused. */
export async function writeClaims(diskFolder: string, use: Omit<ClaimRecord, 'format'>): Promise<void> {
  const record: ClaimRecord = { format, ...use };
  ensureFolder(diskFolder);
  await replaceFile(pathIn(diskFolder), `${JSON.stringify(record)}\n`);
}

/** Names of the pods that use a named volume, sorted. `diskFolders` are those of all pods. */
export function claimUsers(
  diskFolders: readonly string[],
  { namespace, name }: { readonly namespace: string; readonly name: string },
): readonly string[] {
  return diskFolders
    .map((folder) => readRecord<ClaimRecord>(pathIn(folder), { format }))
    .filter((record) => record?.namespace === namespace && record.claims.includes(name))
    .map((record) => record?.pod ?? '')
    .sort();
}

/** Volumes never begin with a dot, so none has this name. */
function pathIn(diskFolder: string): string {
  return join(diskFolder, '.claims.json');
}

/** Folders of the pods' volumes on disk, where there are any. */
export function diskFoldersBelow(pods: string): readonly string[] {
  return listFolder(pods).map((id) => join(pods, id, 'volumes'));
}
