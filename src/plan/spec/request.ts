import type { DeviceIdentity, HostDevice } from '../../contracts/host-device.ts';
import type { HostFacts } from '../../contracts/host-facts.ts';
import type { ResolvedUser } from '../../contracts/users.ts';
import type { Container, Pod } from '../../kube/wire.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import type { RuntimeSpec } from '../../oci/runtime-spec.ts';
import type { SeccompProfile } from './seccomp.ts';

/** One thing bound into a container: a volume, a subPath of one, or an anonymous volume of the image. */
export interface ContainerMount {
  readonly source: string;
  readonly destination: string;
  readonly readOnly: boolean;
  readonly propagation?: 'private' | 'rslave' | 'rshared';
  readonly type?: 'bind' | 'device';
  /** For `device`: which one, so that the container may use what it sees. */
  readonly device?: DeviceIdentity;
}

/** Namespaces to join, as paths. */
export interface ContainerNamespaces {
  /** Absent: the host's network. */
  readonly network?: string;
  /** Absent: the host's. */
  readonly ipc?: string;
  /** Absent: the host's. */
  readonly uts?: string;
  /** A path, the host's, or absent for one of its own. */
  readonly pid?: string | 'host';
}

/** Host paths of the files and folders that the containers of a pod have in common. */
export interface PodFiles {
  readonly hosts: string;
  readonly hostname: string;
  readonly resolvConf: string;
  /** The pod's /dev/shm; undefined with hostIPC, for the host's. */
  readonly shm: string | undefined;
}

/** A limit by its rlimit name in lower case: `nofile`, `nproc`, `core`. -1 is unlimited. */
export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

export interface ContainerSpecRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: ImageConfig | undefined;
  readonly facts: HostFacts;
  readonly user: ResolvedUser;
  readonly env: readonly string[];
  readonly argv: readonly string[];
  readonly rootfs: string;
  readonly cgroupsPath: string;
  readonly namespaces: ContainerNamespaces;
  /** In the order of the manifest. */
  readonly mounts: readonly ContainerMount[];
  readonly files: PodFiles;
  /** Profile in the form of containers-common's seccomp.json. Not used by privileged and Unconfined containers. */
  readonly seccomp: SeccompProfile | undefined;
  /** Name of the AppArmor profile; undefined for none. */
  readonly apparmor?: string | undefined;
  /** Limits to set; nofile and nproc have defaults. */
  readonly ulimits?: readonly Ulimit[];
  readonly terminal: boolean;
  /** Nodes that a privileged container gets beyond the runtime's defaults. */
  readonly hostDevices?: readonly HostDevice[];
}

export interface InfraSpecRequest {
  readonly pod: Pod;
  readonly facts: HostFacts;
  /** A folder with nothing but mount points; read-only inside. */
  readonly rootfs: string;
  /** Host path of the static `pause`, bound to /pause. */
  readonly pause: string;
  readonly cgroupsPath: string;
  /** Set in the pod's own uts namespace; not used with hostNetwork. */
  readonly hostname: string;
  /** Path of the pod's network namespace. Absent: the host's. */
  readonly network?: string;
}

/** A spec, and what could not be done as asked: one sentence each. */
export interface PlannedSpec {
  readonly spec: RuntimeSpec;
  readonly warnings: readonly string[];
}
