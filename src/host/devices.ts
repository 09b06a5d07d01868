import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { DeviceIdentity, HostDevice } from '../contracts/host-device.ts';

const ROOT = '/dev';

/** What every container has one of its own of, or that is not a device. */
const OWN_FOLDERS = new Set(['pts', 'shm', 'fd', 'mqueue']);
const OWN_NODES = new Set(['null', 'zero', 'full', 'random', 'urandom', 'tty', 'console', 'ptmx']);

/** The devices of this host that a privileged container gets beyond the runtime's own, sorted by path. */
export function hostDevices(): readonly HostDevice[] {
  return devicesBelow(ROOT).sort((left, right) => (left.path < right.path ? -1 : 1));
}

function devicesBelow(folder: string): HostDevice[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return folder === ROOT && OWN_FOLDERS.has(entry.name) ? [] : devicesBelow(path);
    if (!entry.isCharacterDevice() && !entry.isBlockDevice()) return [];
    return folder === ROOT && OWN_NODES.has(entry.name) ? [] : device(path);
  });
}

function device(path: string): HostDevice[] {
  const node = lstatSync(path, { throwIfNoEntry: false });
  if (!node) return [];
  return [
    {
      path,
      ...deviceIdentity(node),
      fileMode: node.mode & 0o777,
      uid: node.uid,
      gid: node.gid,
    },
  ];
}

/** Which device a node stands for. */
export function deviceIdentity(node: Stats): DeviceIdentity {
  const number = BigInt(node.rdev);
  return {
    type: node.isBlockDevice() ? 'b' : 'c',
    // As in makedev(3).
    major: Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn)),
    minor: Number((number & 0xffn) | ((number >> 12n) & ~0xffn & 0xffffffffn)),
  };
}
