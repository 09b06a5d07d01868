import { join } from 'node:path';
import type { Drivers } from '../../src/contracts/drivers.ts';
import type { HostFacts } from '../../src/contracts/host-facts.ts';
import type { Image } from '../../src/contracts/images.ts';
import type { ExitRecord } from '../../src/contracts/runtime.ts';
import type { Step } from '../../src/contracts/steps.ts';
import type { NamedVolume } from '../../src/contracts/volumes.ts';
import { ImageError } from '../../src/errors/image-error.ts';
import { NetworkError } from '../../src/errors/network-error.ts';
import { RuntimeError } from '../../src/errors/runtime-error.ts';
import { VolumeError } from '../../src/errors/volume-error.ts';
import type { ImageConfig } from '../../src/oci/image-config.ts';
import { createStore } from '../../src/state/create-store.ts';

/** What a machine would hold after the effects so far, and how to make effects fail. */
export interface FakeMachine {
  readonly drivers: Drivers;
  /** Effects that stand: `netns ID`, `rootfs ID`, `process ID` ... Empty when everything was undone. */
  readonly standing: ReadonlySet<string>;
  /** Verbs in the order in which they were called, such as `runtime.create web-main`. */
  readonly calls: readonly string[];
  /** Makes the next call of this verb fail. */
  failOn(verb: string, error: Error): void;
  /** Called at each step; may throw, or want something else. */
  onStep: (step: Step) => void;
  /** What init containers exit with, by their full name; 0 unless set. */
  readonly exitCodes: Map<string, number>;
  /** Lets a running container end. */
  end(fullName: string, exitCode: number): void;
}

const CONFIG: ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
  rootfs: { type: 'layers', diff_ids: [] },
};

const FACTS: HostFacts = {
  architecture: 'amd64',
  kernel: '6.1.0',
  hostname: 'node',
  cpus: 2,
  memoryBytes: 2 ** 31,
  cgroup: { layout: 'v2', controllers: [], hierarchies: [], manager: 'cgroupfs' },
  oomScoreAdjMin: -1000,
  rlimits: { nofile: { soft: 1024, hard: 4096 }, nproc: { soft: 1024, hard: 4096 } },
  mayRaiseRlimits: true,
  capabilities: ['CAP_CHOWN'],
  seccomp: false,
  apparmor: false,
  selinux: false,
  systemd: false,
  protocols: { sctp: true, ipv6: true },
  noexecRun: false,
  hostIP: '192.0.2.1',
};

/** Drivers that remember instead of doing, over a real store in `folder`. */
export function fakeMachine(folder: string): FakeMachine {
  const standing = new Set<string>();
  const calls: string[] = [];
  const failures = new Map<string, Error>();
  const names = new Map<string, string>();
  const exits = new Map<string, ExitRecord>();
  const waiting = new Map<string, (exit: ExitRecord) => void>();
  const exitCodes = new Map<string, number>();
  /** Whose process, and whose conmon, has a number. */
  const processes = new Map<number, string>();
  let pids = 1000;

  const call = (verb: string, subject: string): void => {
    calls.push(`${verb} ${subject}`);
    const failure = failures.get(verb);
    if (failure === undefined) return;
    failures.delete(verb);
    throw failure;
  };
  const end = (id: string, exitCode: number) => {
    const exit = { exitCode, finishedAt: new Date().toISOString(), oomKilled: false };
    exits.set(id, exit);
    standing.delete(`process ${id}`);
    waiting.get(id)?.(exit);
  };

  /** What stands of one sort, such as the ids after `rootfs `. */
  const standingOf = (sort: string) =>
    [...standing]
      .filter((effect) => effect.startsWith(`${sort} `))
      .map((effect) => effect.slice(sort.length + 1));
  const drop = (...effects: readonly string[]) => {
    for (const effect of effects) standing.delete(effect);
  };
  const bundles = new Map<string, unknown>();
  let uses: { readonly podId: string; readonly podName: string; readonly volume: string }[] = [];
  const namedVolume = (text: string): NamedVolume => {
    const [namespace = '', name = ''] = text.split('/');
    const usedBy = uses.filter(({ volume }) => volume === text).map(({ podName }) => podName);
    return { namespace, name, path: '/v', created: '', labels: {}, usedBy };
  };

  const drivers: Drivers = {
    store: createStore({
      folder: join(folder, 'state'),
      runFolder: join(folder, 'run'),
      processes: { alive: () => false },
    }),
    processes: {
      startTime: (pid) => String(pid),
      alive: (pid) => {
        const id = processes.get(pid) ?? '';
        return standing.has(`container ${id}`) && !exits.has(id);
      },
      all: () => [],
      kill: () => undefined,
      state: () => undefined,
    },
    images: {
      find: async (name) => findImage(name),
      get: async (name) => findImage(name) ?? noImage(name),
      list: async () => [image],
      size: async () => image.size,
      config: async () => CONFIG,
      manifest: async () => '{}',
      pull: async (name) => {
        call('images.pull', name);
        return { image, from: 'local' };
      },
      load: async () => [],
      import: async () => image,
      tag: async () => undefined,
      remove: async () => ({ untagged: [], deleted: [] }),
    },
    rootfs: {
      async mount({ containerId, name, imageId }) {
        names.set(containerId, name);
        call('rootfs.mount', name);
        if (imageId !== image.id) noImage(imageId);
        standing.add(`rootfs ${containerId}`).add(`mount ${containerId}`);
        return { path: `/rootfs/${containerId}` };
      },
      folder: async (rootfs, path) => `${rootfs}${path}`,
      async unmount(id) {
        standing.delete(`mount ${id}`);
      },
      async remove(id) {
        call('rootfs.remove', names.get(id) ?? id);
        drop(`mount ${id}`, `rootfs ${id}`);
      },
      size: async () => 0,
      present: async () => standingOf('rootfs'),
      registered: async () => standingOf('rootfs'),
    },
    runtime: {
      need: async () => undefined,
      present: async () => standingOf('container'),
      monitor: async () => ({ path: '/usr/bin/conmon', version: '1' }),
      identity: async () => ({ name: 'crun', path: '/usr/bin/crun', version: '1' }),
      async create({ id, name }) {
        names.set(id, name);
        call('runtime.create', name);
        standing.add(`container ${id}`);
        exits.delete(id);
        pids += 2;
        processes.set(pids, id).set(pids + 1, id);
        return { pid: pids, conmonPid: pids + 1 };
      },
      async start(id) {
        const name = names.get(id) ?? id;
        call('runtime.start', name);
        standing.add(`process ${id}`);
        const code = exitCodes.get(name);
        if (code !== undefined) end(id, code);
      },
      async kill(id, signal) {
        call('runtime.kill', `${names.get(id) ?? id} ${signal}`);
        if (signal === 9 && standing.has(`container ${id}`) && !exits.has(id)) end(id, 137);
      },
      status: async (id) => {
        if (!standing.has(`container ${id}`)) return undefined;
        if (standing.has(`process ${id}`)) return 'running';
        return exits.has(id) ? 'stopped' : 'created';
      },
      async delete(id) {
        if (standing.has(`process ${id}`)) end(id, 137);
        drop(`container ${id}`);
      },
      exit: async ({ id }) => exits.get(id),
      wait: ({ id, signal }) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const exit = exits.get(id);
          if (exit !== undefined) return resolve(exit);
          waiting.set(id, resolve);
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
      async exec({ id }) {
        if (standing.has(`process ${id}`)) return 0;
        throw new RuntimeError({ code: 'NOT_RUNNING', message: `container ${id} is not running` });
      },
      reopenLog: async () => undefined,
    },
    network: {
      leftovers: async () => [],
      holdPorts: async (ports) => {
        call('network.holdPorts', String(ports.length));
        return { descriptors: [], [Symbol.dispose]: () => undefined };
      },
      async attach({ podId, podName, networks }) {
        call('network.attach', podName);
        needNetworks(networks);
        standing.add(`network ${podId}`);
        return [{ network: 'pod', interface: 'eth0', addresses: ['10.86.0.2/16'] }];
      },
      async detach(podId) {
        standing.delete(`network ${podId}`);
      },
      attached: async () => standingOf('network'),
      ensure: async () => undefined,
      list: async () => [
        { id: 'b'.repeat(64), name: 'pod', driver: 'ptp', subnets: ['10.86.0.0/16'], isDefault: true },
      ],
      need: async (networks) => needNetworks(networks),
      firewalls: async () => [],
    },
    namespaces: {
      shareFolder: async () => undefined,
      async pinNetwork(path) {
        call('namespaces.pin', path);
        standing.add(`netns ${path}`);
      },
      async unpin(path) {
        standing.delete(`netns ${path}`);
      },
    },
    cgroups: {
      forPod: (uid) => ({ manager: 'cgroupfs', path: `/pod/${uid}`, filesystemPath: `/pod/${uid}` }),
      async create({ path }) {
        call('cgroups.create', path);
        standing.add(`cgroup ${path}`);
      },
      containerPath: ({ path }, id) => `${path}/${id}`,
      monitorPath: ({ path }) => `${path}/conmon`,
      enter: async () => undefined,
      async remove({ path }) {
        standing.delete(`cgroup ${path}`);
      },
      pods: async () => standingOf('cgroup').map((path) => path.slice('/pod/'.length)),
      removeParent: async () => undefined,
      processes: async () => [],
    },
    volumes: {
      async prepare({ podId, podName = podId, namespace, volumes }) {
        call('volumes.prepare', podId);
        if (volumes.length > 0) standing.add(`volumes ${podId}`);
        for (const { persistentVolumeClaim: claim } of volumes) {
          if (claim === undefined) continue;
          standing.add(`volume ${namespace}/${claim.claimName}`);
          uses.push({ podId, podName, volume: `${namespace}/${claim.claimName}` });
        }
        return new Map(
          volumes.map(({ name }) => [
            name,
            { name, path: `/volumes/${name}`, type: 'directory', readOnly: false, source: 'emptyDir' },
          ]),
        );
      },
      subPath: async () => ({ path: '/subpath', type: 'directory' }),
      async release(podId) {
        standing.delete(`volumes ${podId}`);
        uses = uses.filter((use) => use.podId !== podId);
      },
      prepared: async () => standingOf('volumes'),
      named: async () => standingOf('volume').map(namedVolume),
      size: async () => 0,
      async ensureNamed({ namespace, name }) {
        call('volumes.ensureNamed', name);
        const created = !standing.has(`volume ${namespace}/${name}`);
        standing.add(`volume ${namespace}/${name}`);
        return { volume: namedVolume(`${namespace}/${name}`), created };
      },
      async removeNamed({ namespace, name }) {
        if (namedVolume(`${namespace}/${name}`).usedBy.length > 0)
          throw new VolumeError({ code: 'VOLUME_IN_USE', message: `volume ${name} is being used` });
        if (standing.delete(`volume ${namespace}/${name}`)) return;
        throw new VolumeError({ code: 'VOLUME_NOT_FOUND', message: `there is no volume ${name}` });
      },
    },
    sandboxes: {
      pins: async () => [],
      bundles: async () => [],
      paths: (podId) => ({
        folder: `/run/${podId}`,
        hosts: `/run/${podId}/hosts`,
        hostname: `/run/${podId}/hostname`,
        resolvConf: `/run/${podId}/resolv.conf`,
        shm: `/run/${podId}/shm`,
        netns: `/run/netns/${podId}`,
      }),
      async prepare(podId) {
        call('sandboxes.prepare', podId);
        standing.add(`sandbox ${podId}`);
      },
      writeFiles: async () => undefined,
      hostFiles: async () => ({ hosts: '', resolvConf: '' }),
      async remove(podId) {
        standing.delete(`sandbox ${podId}`);
      },
      present: async () => standingOf('sandbox'),
      bundle: (id) => `/bundles/${id}`,
      async writeBundle(id, config) {
        call('sandboxes.writeBundle', id);
        standing.add(`bundle ${id}`);
        bundles.set(id, JSON.parse(config));
      },
      readBundle: async (id) => bundles.get(id),
      async removeBundle(id) {
        drop(`bundle ${id}`);
        bundles.delete(id);
      },
      infra: async () => ({ rootfs: '/infra', pause: '/pause' }),
      exitCommand: async () => ['/exited'],
    },
    users: { resolve: async () => ({ uid: 0, gid: 0, additionalGids: [], home: '/root' }) },
    logs: {
      async *read() {
        yield { time: '2026-01-01T00:00:00Z', stream: 'stderr', text: 'why', partial: false };
      },
    },
    clock: {
      now: () => new Date(),
      sleep: async (_milliseconds, signal) => signal?.throwIfAborted(),
    },
    facts: async () => FACTS,
    seccompProfile: async () => undefined,
    apparmorProfile: async () => undefined,
    hostDevices: () => [],
    ulimits: [],
    step: (name) => machine.onStep(name),
  };

  const machine: FakeMachine = {
    drivers,
    standing,
    calls,
    failOn: (verb, error) => void failures.set(verb, error),
    onStep: () => undefined,
    exitCodes,
    end(fullName, exitCode) {
      const found = [...names].find(([, name]) => name === fullName);
      if (found === undefined)
        throw new RuntimeError({ code: 'NOT_RUNNING', message: `no container ${fullName}` });
      end(found[0], exitCode);
    },
  };
  return machine;
}

const image: Image = {
  id: 'a'.repeat(64),
  names: ['localhost/x:1'],
  created: '2026-01-01T00:00:00Z',
  size: 1,
  readOnly: false,
};

function findImage(name: string): Image | undefined {
  return image.names.includes(name) || image.id.startsWith(name) ? image : undefined;
}

function noImage(name: string): never {
  throw new ImageError({ code: 'IMAGE_NOT_FOUND', message: `there is no image ${name}` });
}

function needNetworks(names: readonly string[]): void {
  const unknown = names.find((name) => name !== 'pod');
  if (unknown === undefined) return;
  throw new NetworkError({ code: 'NETWORK_NOT_FOUND', message: `there is no network ${unknown}` });
}
