/** One cgroup controller and the mount it is used through. */
export interface CgroupController {
  readonly name: string;
  /** Absolute path of the hierarchy's mount, such as `/sys/fs/cgroup/memory`. */
  readonly mount: string;
  readonly version: 1 | 2;
}

/** How cgroups are mounted. `hybrid`: v1 controllers beside a v2 tree that may hold some of them. */
export interface CgroupFacts {
  readonly layout: 'v1' | 'v2' | 'hybrid';
  readonly controllers: readonly CgroupController[];
  /** Every mounted hierarchy (also named ones without controllers): where a pod's cgroup has to exist and be removed. */
  readonly hierarchies: readonly {
    readonly mount: string;
    readonly version: 1 | 2;
    readonly controllers: readonly string[];
  }[];
  readonly manager: 'cgroupfs' | 'systemd';
}

/** A resource limit as getrlimit tells it. -1 is unlimited. */
export interface ResourceLimit {
  readonly soft: number;
  readonly hard: number;
}

/** What this host allows. Found once per command; `plan/` clamps to it with one warning, never an error. */
export interface HostFacts {
  readonly architecture: 'amd64' | 'arm64';
  readonly kernel: string;
  readonly hostname: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly cgroup: CgroupFacts;
  /** The lowest oom_score_adj that we may set on a child: our own, unless we hold CAP_SYS_RESOURCE. */
  readonly oomScoreAdjMin: number;
  readonly rlimits: Readonly<Record<'nofile' | 'nproc', ResourceLimit>>;
  readonly mayRaiseRlimits: boolean;
  /** Names such as `CAP_CHOWN`, those in our bounding set. */
  readonly capabilities: readonly string[];
  readonly seccomp: boolean;
  readonly apparmor: boolean;
  readonly selinux: boolean;
  readonly systemd: boolean;
  readonly protocols: { readonly sctp: boolean; readonly ipv6: boolean };
  /** True where programs under /run cannot be executed. */
  readonly noexecRun: boolean;
  /** IPv4 address of the host that pods see as status.hostIP. */
  readonly hostIP: string;
}
