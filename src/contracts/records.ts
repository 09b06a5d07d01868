import type { PodCgroup } from './cgroups.ts';
import type { Attachment, PortMapping } from './network.ts';

/** What the user last asked for. `generation` grows with each change, so that a holder of the lease sees it. */
export interface Wanted {
  readonly state: 'running' | 'stopped' | 'absent';
  readonly generation: number;
}

export type ContainerRole = 'infra' | 'init' | 'sidecar' | 'app';

/** Where a container is in its life. `creating` and `removing` belong to the holder of the pod's lease. */
export type ContainerPhase = 'creating' | 'created' | 'running' | 'exited' | 'removing';

/** Our record of one container: lasting facts and the last run. Written before the effect it describes. */
export interface ContainerRecord {
  readonly format: 1;
  readonly id: string;
  readonly podId: string;
  readonly namespace: string;
  readonly podName: string;
  /** Name in the manifest; `infra` for the infra container. */
  readonly name: string;
  /** `<pod>-<name>`, or `<name>` with --no-pod-prefix. What users call it. */
  readonly fullName: string;
  readonly role: ContainerRole;
  readonly phase: ContainerPhase;
  readonly image?: { readonly id: string; readonly name: string };
  readonly created: string;
  /** What runs: the container's own command line, for listings. */
  readonly command: readonly string[];
  readonly bundle: string;
  readonly logPath: string;
  readonly terminal: boolean;
  readonly stdin: boolean;
  /** Signal number sent by stop. */
  readonly stopSignal: number;
  readonly pid?: number;
  readonly conmonPid?: number;
  /** Start times (clock ticks since boot) of pid and conmonPid, against reuse of the numbers. */
  readonly pidStart?: string;
  readonly conmonStart?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  /** Kubernetes' word for why it ended or waits: `Completed`, `Error`, `OOMKilled`, `ContainerStatusUnknown` ... */
  readonly reason?: string;
  readonly message?: string;
  readonly restartCount: number;
  /** Which boot its run-time state belongs to. */
  readonly boot?: string;
}

/** What was set up for a pod on the host. Every part is recorded before it is made. */
export interface SandboxRecord {
  readonly boot: string;
  /** Path of the pinned network namespace; absent with hostNetwork. */
  readonly netns?: string;
  readonly cgroup: PodCgroup;
  readonly attachments: readonly Attachment[];
  readonly ports: readonly PortMapping[];
  readonly hostNetwork: boolean;
  /** Set once all of it is made. Without it, whoever made it died in the middle, or is at it. */
  readonly raised?: true;
}

/** Where a pod is in its life here. A `creating` or `removing` pod whose lease is free is half-made: whoever finds it removes it. */
export type PodPhase = 'creating' | 'ready' | 'removing';

/** Our record of one pod, beside its Pod object. */
export interface PodRecord {
  readonly format: 1;
  /** sha256 of the uid, 64 hex digits. */
  readonly id: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly phase: PodPhase;
  readonly wanted: Wanted;
  readonly created: string;
  /** In the order of the manifest: infra, init containers, containers. */
  readonly containers: readonly {
    readonly id: string;
    readonly name: string;
    readonly role: ContainerRole;
  }[];
  readonly sandbox?: SandboxRecord;
  /** Folder of the manifest, for relative host paths. */
  readonly baseFolder?: string;
  /** What played it: the file as given and the objects it made; for `down` and for journals. */
  readonly origin?: { readonly source: string };
  readonly noPodPrefix?: boolean;
  readonly networks: readonly string[];
  /** Ports added or changed by --publish. */
  readonly publish: readonly PortMapping[];
}
