import { IP_PROTOCOL, native } from './native.ts';

/** A host port. `address` is an IPv4 or IPv6 address; `0.0.0.0` and `::` are all addresses of their family. */
export interface HostPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly address: string;
  readonly port: number;
}

/** A socket that keeps a host port from everyone else for as long as it, or a copy of it, is open. */
export interface PortHolder extends Disposable {
  readonly descriptor: number;
}

/**
 * Binds the port, and listens where the protocol has connections: only then does every other bind fail, and `ss -p`
 * shows the holder. Nobody answers on it; traffic is to be redirected before it gets here. Throws SystemError
 * EADDRINUSE, EADDRNOTAVAIL, EACCES, and EPROTONOSUPPORT where the kernel lacks the protocol.
 */
export function holdPort({ protocol, address, port }: HostPort): PortHolder {
  const descriptor = native().holdPort(IP_PROTOCOL[protocol], address, port);
  let open = true;
  return {
    descriptor,
    [Symbol.dispose]: () => {
      if (open) native().close(descriptor);
      open = false;
    },
  };
}
