import { existsSync, readFileSync } from 'node:fs';
import { cpus, hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { HostFacts, ResourceLimit } from '../contracts/host-facts.ts';
import { describeCgroups } from './cgroup-layout.ts';
import { parseMountTable } from './mount-table.ts';

/** What the facts are read from: the texts of files, undefined where there is no such file. */
export interface HostTexts {
  readonly status: string;
  readonly limits: string;
  readonly mountInfo: string;
  readonly memInfo: string;
  readonly oomScoreAdj: string;
  readonly kernel: string;
  readonly routes?: string | undefined;
  readonly apparmor?: string | undefined;
  readonly selinux?: string | undefined;
  readonly systemd: boolean;
  readonly sctp: boolean;
  readonly ipv6Disabled?: string | undefined;
  /** cgroup.controllers of each cgroup2 mount, by mount point. */
  readonly controllers: Readonly<Record<string, string>>;
  readonly architecture: string;
  readonly hostname: string;
  readonly cpus: number;
  readonly interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
}

/** Capabilities by bit (linux/capability.h). */
const capabilityNames = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
].map((name) => `CAP_${name}`);

/** Reads what this host allows. Throws HostError NO_CGROUPS where no cgroup hierarchy is mounted. */
export async function readHostFacts(): Promise<HostFacts> {
  return describeHost(readHostTexts());
}

/** The facts that the texts tell. Pure. Throws HostError NO_CGROUPS. */
export function describeHost(texts: HostTexts): HostFacts {
  const mayRaise = capabilities(texts.status, 'CapEff').includes('CAP_SYS_RESOURCE');
  const mounts = parseMountTable(texts.mountInfo);
  // Mounts of an initial ramdisk come before that of the root, so the order says nothing here.
  const runMount =
    mounts.findLast(({ target }) => target === '/run') ?? mounts.findLast(({ target }) => target === '/');
  return {
    architecture: texts.architecture === 'arm64' ? 'arm64' : 'amd64',
    kernel: texts.kernel.trim(),
    hostname: texts.hostname,
    cpus: texts.cpus,
    memoryBytes: Number(/^MemTotal:\s+(\d+) kB$/m.exec(texts.memInfo)?.[1] ?? 0) * 1024,
    cgroup: describeCgroups({ mounts, controllers: texts.controllers, systemd: texts.systemd }),
    oomScoreAdjMin: mayRaise ? -1000 : Number(texts.oomScoreAdj),
    rlimits: {
      nofile: limit(texts.limits, 'Max open files'),
      nproc: limit(texts.limits, 'Max processes'),
    },
    mayRaiseRlimits: mayRaise,
    capabilities: capabilities(texts.status, 'CapBnd'),
    seccomp: /^Seccomp:/m.test(texts.status),
    apparmor: texts.apparmor?.trim() === 'Y',
    selinux: texts.selinux !== undefined,
    systemd: texts.systemd,
    protocols: { sctp: texts.sctp, ipv6: texts.ipv6Disabled?.trim() === '0' },
    noexecRun: runMount?.options.includes('noexec') ?? false,
    hostIP: hostAddress(texts),
  };
}

/** Small files of the kernel: reading them at once is quicker than handing them to threads. */
function readHostTexts(): HostTexts {
  const read = (path: string) => readFileSync(path, 'utf8');
  const kernel = read('/proc/sys/kernel/osrelease');
  const mountInfo = read('/proc/self/mountinfo');
  return {
    status: read('/proc/self/status'),
    limits: read('/proc/self/limits'),
    mountInfo,
    memInfo: read('/proc/meminfo'),
    oomScoreAdj: read('/proc/self/oom_score_adj'),
    kernel,
    routes: readIfPresent('/proc/net/route'),
    apparmor: readIfPresent('/sys/module/apparmor/parameters/enabled'),
    selinux: readIfPresent('/sys/fs/selinux/enforce'),
    systemd: existsSync('/run/systemd/system'),
    sctp: hasSctp(kernel.trim()),
    ipv6Disabled: readIfPresent('/proc/sys/net/ipv6/conf/all/disable_ipv6'),
    controllers: readControllers(mountInfo),
    architecture: process.arch,
    hostname: hostname(),
    cpus: cpus().length,
    interfaces: networkInterfaces(),
  };
}

function readControllers(mountInfo: string): Record<string, string> {
  const mounts = parseMountTable(mountInfo).filter(({ type }) => type === 'cgroup2');
  return Object.fromEntries(
    mounts.map(({ target }) => [target, readIfPresent(`${target}/cgroup.controllers`) ?? '']),
  );
}

/** Whether SCTP is loaded, or lies there as a module that a first socket would load. */
function hasSctp(kernel: string): boolean {
  const module = `/lib/modules/${kernel}/kernel/net/sctp/sctp.ko`;
  return ['/proc/sys/net/sctp', ...['', '.xz', '.zst', '.gz'].map((ending) => `${module}${ending}`)].some(
    existsSync,
  );
}

function capabilities(status: string, set: 'CapBnd' | 'CapEff'): readonly string[] {
  const bits = BigInt(`0x${new RegExp(`^${set}:\\s+([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
  return capabilityNames.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}

function limit(limits: string, name: string): ResourceLimit {
  const [, soft, hard] = new RegExp(`^${name}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(limits) ?? [];
  const value = (text: string | undefined) =>
    text === undefined || text === 'unlimited' ? -1 : Number(text);
  return { soft: value(soft), hard: value(hard) };
}

/** The address of the default route's interface, else the first that leads out of the machine, else loopback. */
function hostAddress({ routes, interfaces }: HostTexts): string {
  const defaults = (routes ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .sort((one, other) => Number(one[6]) - Number(other[6]));
  const names = [...defaults.map(([name = '']) => name), ...Object.keys(interfaces)];
  const addresses = names.flatMap((name) => interfaces[name] ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** A missing file is an answer; any other failure is an error. */
function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
