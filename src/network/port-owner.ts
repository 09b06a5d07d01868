import { readlinkSync } from 'node:fs';
import type { PortMapping, Protocol } from '../contracts/network.ts';
import { listFolder, readFile } from '../host/files.ts';

/** A process with a socket on a port. */
export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

const listenState = '0A';
const socketTables: Readonly<Record<Protocol, readonly string[]>> = {
  tcp: ['tcp', 'tcp6'],
  udp: ['udp', 'udp6'],
  sctp: [],
};

/** The process that holds a port of this host, as far as /proc tells. */
export function findPortOwner({ protocol, hostPort }: PortMapping): PortOwner | undefined {
  const inodes = socketTables[protocol].flatMap((table) =>
    socketInodes(readFile(`/proc/net/${table}`)?.toString('utf8') ?? '', { protocol, port: hostPort }),
  );
  if (inodes.length === 0) return undefined;
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const pid = listFolder('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((name) => listFolder(`/proc/${name}/fd`).some((fd) => links.has(linkOf(`/proc/${name}/fd/${fd}`))));
  if (pid === undefined) return undefined;
  return { pid: Number(pid), name: readFile(`/proc/${pid}/comm`)?.toString('utf8').trim() ?? 'a process' };
}

/** Pure: inodes of the sockets that a table of /proc/net lists on a local port; of tcp only those that listen. */
export function socketInodes(
  table: string,
  { protocol, port }: { readonly protocol: Protocol; readonly port: number },
): readonly string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => {
      const listed = Number.parseInt(local.split(':')[1] ?? '', 16);
      return listed === port && (protocol !== 'tcp' || state === listenState);
    })
    .map((fields) => fields[9] ?? '')
    .filter((inode) => inode !== '' && inode !== '0');
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // The process ended or closed the descriptor meanwhile.
    return '';
  }
}
