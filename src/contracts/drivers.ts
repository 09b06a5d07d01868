import type { Cgroups } from './cgroups.ts';
import type { Clock } from './clock.ts';
import type { HostDevice } from './host-device.ts';
import type { HostFacts } from './host-facts.ts';
import type { Images } from './images.ts';
import type { Logs } from './logs.ts';
import type { Namespaces } from './namespaces.ts';
import type { Network } from './network.ts';
import type { Processes } from './processes.ts';
import type { Rootfs } from './rootfs.ts';
import type { Runtime } from './runtime.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { Step } from './steps.ts';
import type { Store } from './store.ts';
import type { Users } from './users.ts';
import type { Volumes } from './volumes.ts';

/** The effects that the verbs on pods are made of, built by the engine and handed to each verb. */
export interface Drivers {
  readonly store: Store;
  readonly images: Images;
  readonly rootfs: Rootfs;
  readonly runtime: Runtime;
  readonly network: Network;
  readonly namespaces: Namespaces;
  readonly cgroups: Cgroups;
  readonly volumes: Volumes;
  readonly sandboxes: Sandboxes;
  readonly processes: Processes;
  readonly users: Users;
  readonly logs: Logs;
  readonly clock: Clock;
  facts(): Promise<HostFacts>;
  /**
   * A seccomp profile as parsed JSON: the default one, undefined where the host has none; or the one at a path
   * relative to the kubelet's folder of profiles. Throws HostError FILE_UNREADABLE.
   */
  seccompProfile(localhost?: string): Promise<unknown>;
  /**
   * The name of an AppArmor profile that is loaded: the one asked for, else the default one; undefined where the host
   * has no AppArmor. Throws HostError APPARMOR_FAILED.
   */
  apparmorProfile(asked?: string): Promise<string | undefined>;
  /** The devices of the host that a privileged container gets. */
  hostDevices(): readonly HostDevice[];
  /** Limits that containers get by the host's configuration (containers.conf, default_ulimits). -1 is unlimited. */
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  /** Called before each named step of a plan; tests make it die there. */
  step(name: Step): void;
}
