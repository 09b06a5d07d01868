export type Protocol = 'tcp' | 'udp' | 'sctp';

/** A published port. `hostIP` is `0.0.0.0` for all addresses. */
export interface PortMapping {
  readonly hostIP: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: Protocol;
}

export interface AttachRequest {
  readonly podId: string;
  readonly namespace: string;
  readonly podName: string;
  /** Path of the pinned network namespace. */
  readonly netns: string;
  /** Names of networks; the default network when empty. */
  readonly networks: readonly string[];
  readonly ports: readonly PortMapping[];
}

/** One interface of a pod, as CNI's result tells it. */
export interface Attachment {
  readonly network: string;
  readonly interface: string;
  /** Addresses with prefix length, `10.86.0.5/16`. */
  readonly addresses: readonly string[];
  readonly gateway?: string;
  readonly mac?: string;
}

export interface NetworkInfo {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly subnets: readonly string[];
  readonly created?: string;
  readonly isDefault: boolean;
}

/** Sockets bound to the host ports of a pod, held until conmon has inherited them. */
export interface HeldPorts extends Disposable {
  readonly descriptors: readonly number[];
}

/** Something of a pod that is gone. */
export interface NetworkLeftover {
  /** What it is, `address lease 10.86.0.5`. */
  readonly text: string;
  /** Takes it away. */
  remove(): Promise<void>;
}

/** A firewall on this host that drops traffic by default, and whether pods are let through it by rules of ours. */
export interface ForeignFirewall {
  readonly kind: 'nft' | 'iptables-nft' | 'iptables-legacy' | 'firewalld';
  /** Where the rules are or belong: `inet filter forward`, `filter DOCKER-USER`, `zone trusted`. */
  readonly place: string;
  readonly opened: boolean;
}

/**
 * Pods on networks. Everything that was done for a pod is recorded before it is done, in files of the driver's
 * own, so that `detach` undoes it whatever remains: after a crash, a reboot, or without its namespace.
 */
export interface Network {
  /**
   * Throws what `attach` to these networks would throw for want of something on this host: NetworkError
   * NETWORK_NOT_FOUND, PLUGIN_MISSING; HostError TOOL_MISSING.
   */
  need(networks: readonly string[]): Promise<void>;
  /** Binds a socket per port. Throws NetworkError PORT_IN_USE (naming the holder where known), PROTOCOL_UNSUPPORTED. */
  holdPorts(ports: readonly PortMapping[]): Promise<HeldPorts>;
  /** CNI ADD on each network, then publishes. On failure undoes all of it before throwing. */
  attach(request: AttachRequest): Promise<readonly Attachment[]>;
  /** Unpublishes, then CNI DEL with the cached result. No error if nothing is attached. */
  detach(podId: string): Promise<void>;
  /** Ids of pods with something recorded here. */
  attached(): Promise<readonly string[]>;
  /** Makes the host side right again from the records: tables, foreign firewall rules, sysctls. Cheap when nothing is wrong. */
  ensure(): Promise<void>;
  /** What is left on the host of pods that have no record here any more: leases, interfaces, nftables elements. */
  leftovers(): Promise<readonly NetworkLeftover[]>;
  list(): Promise<readonly NetworkInfo[]>;
  /** Other firewalls that drop by default. While pods run, each of them is opened. */
  firewalls(): Promise<readonly ForeignFirewall[]>;
}
