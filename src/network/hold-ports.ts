import type { HeldPorts, PortMapping } from '../contracts/network.ts';
import { NetworkError } from '../errors/network-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { holdPort, type PortHolder } from '../host/port-holder.ts';
import { displayName } from '../values/namespace.ts';
import type { AttachmentRecord } from './attachment-records.ts';
import { findPortOwner } from './port-owner.ts';

/**
 * Binds a socket for each port. On failure none stays bound. `records` are read only to name a holder.
 * Throws NetworkError PORT_IN_USE, ADDRESS_UNAVAILABLE, PROTOCOL_UNSUPPORTED.
 */
export function holdPorts(
  ports: readonly PortMapping[],
  records: () => readonly AttachmentRecord[],
): HeldPorts {
  const holders: PortHolder[] = [];
  const release = () => {
    for (const holder of holders) holder[Symbol.dispose]();
  };
  try {
    for (const port of ports) holders.push(bind(port, records));
  } catch (error) {
    release();
    throw error;
  }
  return { descriptors: holders.map(({ descriptor }) => descriptor), [Symbol.dispose]: release };
}

function bind(port: PortMapping, records: () => readonly AttachmentRecord[]): PortHolder {
  try {
    return holdPort({ protocol: port.protocol, address: port.hostIP, port: port.hostPort });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    switch (error.errno) {
      case 'EADDRINUSE':
        throw portInUse(port, holderName(port, records()), error);
      case 'EADDRNOTAVAIL':
        throw new NetworkError({
          code: 'ADDRESS_UNAVAILABLE',
          message: `port ${describe(port)} cannot be published: ${port.hostIP} is no address of this host`,
          hint: 'leave hostIP out to publish on all addresses, or use one that `ip address` shows',
          cause: error,
        });
      case 'EPROTONOSUPPORT':
        throw protocolUnsupported(port);
      default:
        throw error;
    }
  }
}

/** Refuses what cannot be published here. Throws NetworkError PROTOCOL_UNSUPPORTED. */
export function checkPorts(ports: readonly PortMapping[], { sctp }: { readonly sctp: boolean }): void {
  for (const port of ports) {
    if (port.protocol === 'sctp' && !sctp) throw protocolUnsupported(port);
    if (port.hostIP.includes(':')) {
      throw new NetworkError({
        code: 'PROTOCOL_UNSUPPORTED',
        message: `port ${describe(port)} cannot be published: pods have no IPv6 addresses here`,
        hint: 'use an IPv4 address as hostIP',
      });
    }
  }
}

/** The pod whose record has a port that cannot be held beside `port`. */
export function conflictingPod(
  port: PortMapping,
  records: readonly AttachmentRecord[],
): AttachmentRecord | undefined {
  return records.find(({ ports }) => ports.some((other) => clash(port, other)));
}

function clash(one: PortMapping, other: PortMapping): boolean {
  const everywhere = one.hostIP === '0.0.0.0' || other.hostIP === '0.0.0.0';
  return (
    one.protocol === other.protocol &&
    one.hostPort === other.hostPort &&
    (everywhere || one.hostIP === other.hostIP)
  );
}

/** The error for a port that `holder` has. */
export function portInUse(port: PortMapping, holder: string | undefined, cause?: unknown): NetworkError {
  return new NetworkError({
    code: 'PORT_IN_USE',
    message: `host port ${describe(port)} is in use${holder === undefined ? '' : ` by ${holder}`}`,
    hint: 'stop it, or choose another hostPort',
    cause,
  });
}

export function podTitle({ namespace, podName }: AttachmentRecord): string {
  return `pod ${displayName(namespace, podName)}`;
}

function holderName(port: PortMapping, records: readonly AttachmentRecord[]): string | undefined {
  const pod = conflictingPod(port, records);
  if (pod !== undefined) return podTitle(pod);
  const holder = findPortOwner(port);
  return holder === undefined ? undefined : `${holder.name} (process ${holder.pid})`;
}

function protocolUnsupported(port: PortMapping): NetworkError {
  return new NetworkError({
    code: 'PROTOCOL_UNSUPPORTED',
    message: `port ${describe(port)} cannot be published: the kernel of this host has no ${port.protocol.toUpperCase()}`,
    hint: `load the kernel's module for it (modprobe ${port.protocol}), or take the port out of the manifest`,
  });
}

function describe({ hostIP, hostPort, protocol }: PortMapping): string {
  return hostIP === '0.0.0.0' ? `${hostPort}/${protocol}` : `${hostIP}:${hostPort}/${protocol}`;
}
