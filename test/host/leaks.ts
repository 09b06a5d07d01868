import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of one store, and the id in the names of what it has on the host. */
export interface Place {
  readonly folder: string;
  readonly root: string;
  readonly runroot: string;
  readonly storeId: string;
}

/**
 * Everything that pods of a store have left: mounts, pinned namespaces, interfaces, routes, nftables, cgroups,
 * processes, and files below the state and run folders that are not there for good. Empty when all pods are gone.
 * ConfigMaps and their like, volumes and images may stay.
 */
export function leaksOf(place: Place): readonly string[] {
  return [
    ...mounts(place),
    ...names('/run/netns', (name) => name.startsWith(`pod-${place.storeId}-`), 'namespace'),
    ...network(place),
    ...cgroups(place),
    ...units(place),
    ...processes(place),
    ...files(join(place.root, 'pod'), lasting, 'record'),
    ...files(join(place.runroot, 'pod'), lastingRun, 'run-time file'),
    ...storage(place),
  ];
}

/** Kubernetes objects and claims' volumes of a store: `ConfigMap/default/page`, `volume/default/data`. */
export function objectsOf({ root }: Place): readonly string[] {
  const objects = files(join(root, 'pod', 'objects'), [], '')
    .filter((path) => path.endsWith('/object.json'))
    .map((path) => path.trim().split('/').slice(1, -1).join('/'));
  const volumes = names(join(root, 'pod', 'volumes'), () => true, '').flatMap((namespace) =>
    names(join(root, 'pod', 'volumes', namespace.trim()), () => true, `volume/${namespace.trim()}/`),
  );
  return [...objects, ...volumes].map((name) => name.replaceAll(' ', '')).sort();
}

/** What a state folder keeps when it has no pods. */
const lasting = [
  /^(changes|events)\.log(\.\d+)?$/,
  /^(root\.json|ballast)$/,
  /^programs\//,
  /^locks\//,
  /^(objects|volumes)\//,
  /^network\/(plugins|addresses)\.json$/,
  /^network\/locks\//,
  /^network\/leases\/[^/]+\/(lock|last_reserved_ip\.\d+)$/,
] as const;

/** The runtime that was chosen, what was tried out for that, and compiled seccomp filters. */
const lastingRun = [
  /^runtime\/(runtime\.json|probe\.lock)$/,
  /^runtime\/probe\//,
  /^runtime\/seccomp\/[0-9a-f]{64}$/,
] as const;

function files(folder: string, kept: readonly RegExp[], noun: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !kept.some((pattern) => pattern.test(path)) && !isPodless(path))
    .map((path) => `${noun} ${path}`);
}

/** Objects stay, but for those of pods. */
function isPodless(path: string): boolean {
  return path.startsWith('objects/') && !path.startsWith('objects/core/Pod/');
}

function mounts({ folder }: Place): readonly string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.filter((line) => line.includes(folder)).map((line) => `mount ${line.split(' ')[4]}`);
}

/** Interfaces and routes are known by their addresses, which come from the store's own range. */
function network({ root, storeId }: Place): readonly string[] {
  const tables = output('nft', 'list', 'tables')
    .split('\n')
    .filter((line) => line.includes(storeId))
    .map((line) => `nftables ${line}`);
  const addresses = join(root, 'pod', 'network', 'addresses.json');
  if (!existsSync(addresses)) return tables;
  const { pods } = JSON.parse(readFileSync(addresses, 'utf8')) as { readonly pods: string };
  const ours = (line: string) => line.split(/\s+/).some((word) => isWithin(word, pods));
  const listed = (what: string, ...argv: readonly string[]) =>
    output('ip', ...argv)
      .split('\n')
      .filter(ours)
      .map((line) => `${what} ${line}`);
  return [
    ...tables,
    ...listed('address', '-4', '-o', 'address'),
    ...listed('route', '-4', 'route', 'show', 'table', 'all'),
  ];
}

function isWithin(word: string, range: string): boolean {
  const [base = '', bits = ''] = range.split('/');
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const address = /^(\d+\.\d+\.\d+\.\d+)(\/\d+)?$/.exec(word)?.[1];
  const size = 2 ** (32 - Number(bits));
  return address !== undefined && Math.floor(number(address) / size) === Math.floor(number(base) / size);
}

function output(program: string, ...argv: readonly string[]): string {
  return execFileSync(program, argv, { encoding: 'utf8' });
}

/** In every hierarchy: our parent lies at its top, or below `pod.slice` where systemd made it. */
function cgroups({ storeId }: Place): readonly string[] {
  return hierarchies().flatMap((top) =>
    [top, join(top, 'pod.slice')].flatMap((folder) =>
      names(folder, (name) => name.includes(storeId), `cgroup ${folder}`),
    ),
  );
}

/** Mount points of cgroups of either version. */
function hierarchies(): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(' ')[4] ?? '');
}

/** Slices and scopes that systemd still knows, also failed ones. */
function units({ storeId }: Place): readonly string[] {
  if (!existsSync('/run/systemd/system')) return [];
  return output('systemctl', 'list-units', '--all', '--plain', '--no-legend')
    .split('\n')
    .filter((line) => line.includes(storeId))
    .map((line) => `unit ${line}`);
}

/** Those that name the store's folder or are in a cgroup of it. */
function processes({ folder, storeId }: Place): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => !/^State:\t[ZX]/m.test(text(`/proc/${pid}/status`)))
    .map((pid) => ({ pid, line: commandLine(pid), cgroups: text(`/proc/${pid}/cgroup`) }))
    .filter(
      ({ line, cgroups }) => (line.includes(folder) && !line.includes('mocha')) || cgroups.includes(storeId),
    )
    .map(({ pid, line }) => `process ${pid} ${line}`);
}

function commandLine(pid: string): string {
  try {
    return text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() || readlinkSync(`/proc/${pid}/exe`);
  } catch {
    // It ended meanwhile, or it is a kernel thread.
    return '';
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

/** What containers/storage knows of containers of ours, and layer folders that it knows nothing of. */
function storage({ root, runroot }: Place): readonly string[] {
  const entries = (...path: readonly string[]) => {
    const file = join(...path);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Entry[]) : [];
  };
  const containers = ['containers.json', 'volatile-containers.json'].flatMap((name) =>
    entries(root, 'overlay-containers', name),
  );
  const layers = ['layers.json', 'volatile-layers.json'].flatMap((name) =>
    entries(root, 'overlay-layers', name),
  );
  const known = new Set(layers.map(({ id }) => id));
  return [
    ...containers.map(({ id }) => `stored container ${id}`),
    ...layers
      .filter(({ names: given = [] }) => given.some((name) => name.startsWith('pod_')))
      .map(({ id }) => `stored layer ${id}`),
    ...entries(runroot, 'overlay-layers', 'mountpoints.json').map(({ id }) => `mountpoints entry ${id}`),
    ...names(join(root, 'overlay'), (name) => name !== 'l' && !known.has(name), 'layer folder'),
  ];
}

interface Entry {
  readonly id: string;
  readonly names?: readonly string[];
}

function names(folder: string, wanted: (name: string) => boolean, noun: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(wanted)
    .map((name) => `${noun} ${name}`);
}
