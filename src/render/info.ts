import type { Config } from '../config/config.ts';
import type { HostFacts } from '../contracts/host-facts.ts';
import type { ForeignFirewall } from '../contracts/network.ts';
import type { ObservedPod } from '../contracts/observed.ts';
import type { RuntimeIdentity } from '../contracts/runtime.ts';

export interface InfoSources {
  readonly config: Config;
  readonly facts: HostFacts;
  /** Or why there is none. */
  readonly runtime: RuntimeIdentity | { readonly note: string };
  /** Empty texts if it is not installed. */
  readonly conmon: { readonly path: string; readonly version: string };
  /** Other firewalls that drop by default; undefined where they cannot be looked at. */
  readonly firewalls: readonly ForeignFirewall[] | undefined;
  readonly pods: readonly ObservedPod[];
  readonly images: number;
  readonly rootless: boolean;
  readonly version: string;
  readonly nodeVersion: string;
}

/** What `pod info` tells, with the names that templates use (`{{.Host.OCIRuntime.Name}}`). */
export function infoView(sources: InfoSources) {
  const { config, pods, images, version, nodeVersion } = sources;
  return {
    Host: hostView(sources),
    Store: {
      GraphDriverName: 'overlay',
      GraphRoot: config.paths.graphRoot,
      RunRoot: config.paths.runRoot,
      StateFolder: config.paths.state,
      RunFolder: config.paths.run,
      ImageStore: { Number: images },
      ContainerStore: containerCounts(pods),
      PodStore: { Number: pods.length },
    },
    Version: { Version: version, NodeVersion: nodeVersion },
  };
}

function hostView({ config, facts, runtime, conmon, firewalls, rootless }: InfoSources) {
  const { cgroup } = facts;
  return {
    Arch: facts.architecture,
    Os: 'linux',
    Kernel: facts.kernel,
    Hostname: facts.hostname,
    HostIP: facts.hostIP,
    Cpus: facts.cpus,
    MemTotal: facts.memoryBytes,
    CgroupManager: config.cgroup.manager ?? cgroup.manager,
    CgroupVersion: cgroup.layout,
    CgroupControllers: [...new Set(cgroup.controllers.map(({ name }) => name))].sort(),
    OCIRuntime: runtimeView(runtime),
    Conmon: { Path: conmon.path, Version: conmon.version },
    LogDriver: 'k8s-file',
    EventLogger: 'file',
    NetworkBackend: 'cni',
    NetworkConfigDir: config.network.configDir,
    Firewalls: (firewalls ?? []).map(({ kind, place, opened }) => ({
      Kind: kind,
      Place: place,
      Opened: opened,
    })),
    Security: {
      Rootless: rootless,
      SeccompEnabled: facts.seccomp,
      ApparmorEnabled: facts.apparmor,
      SelinuxEnabled: facts.selinux,
      Capabilities: facts.capabilities,
    },
    Systemd: facts.systemd,
    NoexecRun: facts.noexecRun,
  };
}

function runtimeView(runtime: InfoSources['runtime']) {
  const { name = '', path = '', version = '', note = '' }: Partial<RuntimeIdentity> = runtime;
  return { Name: name, Path: path, Version: version, Note: note };
}

function containerCounts(pods: readonly ObservedPod[]) {
  const containers = pods.flatMap((pod) => pod.containers).filter(({ record }) => record.role !== 'infra');
  const running = containers.filter((container) => container.running).length;
  return { Number: containers.length, Running: running, Stopped: containers.length - running };
}

/** The same data with the keys of Podman's YAML and JSON: `ociRuntime`, `graphRoot`. */
export function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [lowerKey(key), lowerKeys(item)]));
}

function lowerKey(key: string): string {
  return key.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (start) => start.toLowerCase());
}
