import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostFacts } from '../../src/contracts/host-facts.ts';
import { readManifests } from '../../src/kube/read.ts';
import type { ConfigMap, Container, KubeObject, Pod, Secret } from '../../src/kube/wire.ts';
import type { ImageConfig } from '../../src/oci/image-config.ts';
import { containerCommand } from '../../src/plan/command.ts';
import { type ContainerMount, containerSpec, infraSpec } from '../../src/plan/container-spec.ts';
import { containerEnvironment } from '../../src/plan/env.ts';
import { podHostname } from '../../src/plan/hostname.ts';

/**
 * Every folder here is a case: pod.yaml, with image.json, facts.json and mounts.json where it differs from the ones
 * beside this file, becomes config.json. POD_GOLDEN=write rewrites all; the diff is the review.
 */
const FOLDER = import.meta.dirname;

describe('the OCI spec of', () => {
  for (const name of readdirSync(FOLDER)) {
    const folder = join(FOLDER, name);
    if (!existsSync(join(folder, 'pod.yaml'))) continue;
    it(name, () => {
      const planned = plan(folder);
      const expected = join(folder, 'config.json');
      if (process.env['POD_GOLDEN'] === 'write') writeFileSync(expected, `${JSON.stringify(planned, null, 2)}\n`);
      assert.deepEqual(JSON.parse(JSON.stringify(planned)), JSON.parse(readFileSync(expected, 'utf8')));
    });
  }
});

function plan(folder: string) {
  const text = readFileSync(join(folder, 'pod.yaml'), 'utf8');
  const { objects } = readManifests([{ name: 'pod.yaml', text }], { validate: 'strict' });
  const pod = objects.map(({ object }) => object).find(({ kind }) => kind === 'Pod') as Pod;
  const facts = part<HostFacts>(folder, 'facts.json');
  const { hostNetwork } = pod.spec;
  const infra = infraSpec({
    pod,
    facts,
    rootfs: '/run/pod/infra',
    pause: '/usr/lib/pod/pause',
    cgroupsPath: '/pod/pod1/infra',
    hostname: podHostname(pod, facts.hostname),
    ...(hostNetwork ? {} : { network: '/run/netns/pod1' }),
  });
  const containers = pod.spec.containers.map((container) => [
    container.name,
    planContainer({ folder, pod, container, facts, objects: objects.map(({ object }) => object) }),
  ]);
  return { infra, containers: Object.fromEntries(containers) };
}

interface ContainerCase {
  readonly folder: string;
  readonly pod: Pod;
  readonly container: Container;
  readonly facts: HostFacts;
  readonly objects: readonly KubeObject[];
}

function planContainer({ folder, pod, container, facts, objects }: ContainerCase) {
  const image = part<ImageConfig>(folder, 'image.json');
  const named = <T extends KubeObject>(kind: string) =>
    new Map(objects.filter((object) => object.kind === kind).map((object) => [object.metadata.name ?? '', object as T]));
  const environment = containerEnvironment({
    pod,
    container,
    image,
    sources: { configMaps: named<ConfigMap>('ConfigMap'), secrets: named<Secret>('Secret') },
    podIPs: ['10.86.0.5'],
    hostIP: facts.hostIP,
    nodeName: facts.hostname,
    facts,
  });
  const { hostNetwork, hostIPC, hostPID, shareProcessNamespace } = pod.spec;
  const planned = containerSpec({
    pod,
    container,
    image,
    facts,
    user: { uid: 0, gid: 0, additionalGids: [10], home: '/root' },
    env: environment.env,
    argv: containerCommand({ container, image, variables: environment.variables }),
    rootfs: '/run/pod/rootfs/main',
    cgroupsPath: '/pod/pod1/main',
    namespaces: {
      ...(hostNetwork ? {} : { network: '/run/netns/pod1', uts: '/proc/7/ns/uts' }),
      ...(hostIPC ? {} : { ipc: '/proc/7/ns/ipc' }),
      ...(hostPID ? { pid: 'host' } : shareProcessNamespace ? { pid: '/proc/7/ns/pid' } : {}),
    },
    mounts: part<readonly ContainerMount[]>(folder, 'mounts.json'),
    files: {
      hosts: '/run/pod/pods/1/hosts',
      hostname: '/run/pod/pods/1/hostname',
      resolvConf: '/run/pod/pods/1/resolv.conf',
      shm: hostIPC ? undefined : '/run/pod/pods/1/shm',
    },
    seccomp: part(folder, 'seccomp.json'),
    terminal: container.tty === true,
    hostDevices: [
      { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 },
    ],
  });
  return { ...planned, warnings: [...environment.warnings, ...planned.warnings] };
}

function part<T>(folder: string, file: string): T {
  const own = join(folder, file);
  return JSON.parse(readFileSync(existsSync(own) ? own : join(FOLDER, file), 'utf8')) as T;
}
