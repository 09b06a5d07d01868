import type { ContainerRecord } from './records.ts';

/** Texts of the files that every container of a pod gets. */
export interface SandboxFiles {
  readonly hosts: string;
  readonly hostname: string;
  readonly resolvConf: string;
}

/** Where a pod's run-time files lie. */
export interface SandboxPaths {
  readonly folder: string;
  readonly hosts: string;
  readonly hostname: string;
  readonly resolvConf: string;
  /** The pod's /dev/shm. */
  readonly shm: string;
  readonly netns: string;
}

/** The host's own name files, which a pod's are made from. */
export interface HostFiles {
  readonly hosts: string;
  readonly resolvConf: string;
  /** The resolver file that names the servers behind a local stub, where there is one. */
  readonly upstreamResolvConf?: string;
}

/** The files and folders below the run folder that make up a pod's sandbox and its containers' bundles. */
export interface Sandboxes {
  /** Pure: the paths of a pod's sandbox. */
  paths(podId: string): SandboxPaths;
  /** Makes the folder and the pod's /dev/shm of `shmBytes`. May be repeated. */
  prepare(podId: string, options: { readonly shmBytes: number }): Promise<void>;
  writeFiles(podId: string, files: SandboxFiles): Promise<void>;
  hostFiles(): Promise<HostFiles>;
  /** Unmounts and removes all of it. No error if there is none. */
  remove(podId: string): Promise<void>;
  /** Ids of pods with a folder here. */
  present(): Promise<readonly string[]>;
  /** Pins of network namespaces that are this store's, each with the beginning of its pod's id. */
  pins(): Promise<readonly { readonly path: string; readonly podPrefix: string }[]>;
  /** Ids of containers with a bundle here. */
  bundles(): Promise<readonly string[]>;
  /** Pure: the bundle folder of a container. */
  bundle(containerId: string): string;
  /** Makes the bundle with this config.json (a JSON text). */
  writeBundle(containerId: string, config: string): Promise<void>;
  /** The config.json of a bundle, parsed; undefined when there is none. */
  readBundle(containerId: string): Promise<unknown>;
  removeBundle(containerId: string): Promise<void>;
  /** The static `pause` and an empty root for it, shared by all infra containers, never under a noexec mount. */
  infra(): Promise<{ readonly rootfs: string; readonly pause: string }>;
  /** What conmon runs when this container has ended: it writes the event that tells of it. */
  exitCommand(container: ContainerRecord): Promise<readonly string[]>;
}
