import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cgroups, PodCgroup } from '../../src/contracts/cgroups.ts';
import type { HostFacts } from '../../src/contracts/host-facts.ts';
import type { Runtime } from '../../src/contracts/runtime.ts';
import { createCgroups } from '../../src/host/cgroups.ts';
import { hostDevices } from '../../src/host/devices.ts';
import { exec } from '../../src/host/exec.ts';
import { readHostFacts } from '../../src/host/facts.ts';
import { namespaces } from '../../src/host/namespaces.ts';
import { installFolder } from '../../src/host/native.ts';
import type { Container, Pod, PodSpec } from '../../src/kube/wire.ts';
import { containerCommand } from '../../src/plan/command.ts';
import { containerSpec, infraSpec, type PlannedSpec } from '../../src/plan/container-spec.ts';
import { containerEnvironment } from '../../src/plan/env.ts';
import { podLimits } from '../../src/plan/resources.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';

const APPLETS = [
  'sh',
  'sleep',
  'grep',
  'cat',
  'id',
  'ls',
  'ping',
  'hostname',
  'touch',
  'kill',
  'stat',
  'dd',
  'head',
];
const PROFILE = '/usr/share/containers/seccomp.json';

/** A pod by the real plan, through the real runtime: infra container, then members. */
class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'pod-spec-'));
  readonly netns = join(this.folder, 'netns');
  readonly pod: Pod;
  readonly runtime: Runtime;
  readonly #facts: HostFacts;
  readonly #cgroups: Cgroups;
  readonly #cgroup: PodCgroup;
  readonly #ids: string[] = [];
  #infraPid = 0;

  constructor(runtimeName: string, facts: HostFacts, spec: PodSpec) {
    this.#facts = facts;
    this.pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'box', namespace: 'default', uid: randomUUID() },
      spec,
    };
    // One parent each: test files run side by side, and the last pod takes its parent along.
    this.#cgroups = createCgroups({
      parent: `pod-spec-${this.folder.slice(-6)}`,
      facts: facts.cgroup,
      manager: 'cgroupfs',
      exec,
    });
    this.#cgroup = this.#cgroups.forPod(this.pod.metadata.uid ?? '');
    this.runtime = createRuntime({
      exec,
      folder: join(this.folder, 'run'),
      runtime: runtimeName,
      enterCgroup: (path, pid) => this.#cgroups.enter(path, pid),
      hostCapabilities: async () => facts.capabilities,
    });
  }

  async raise(): Promise<void> {
    mkdirSync(join(this.folder, 'rootfs/bin'), { recursive: true });
    mkdirSync(join(this.folder, 'shm'), { mode: 0o777 });
    chmodSync(join(this.folder, 'shm'), 0o1777);
    mkdirSync(join(this.folder, 'infra'));
    copyFileSync('/bin/busybox', join(this.folder, 'rootfs/bin/busybox'));
    for (const applet of APPLETS) symlinkSync('busybox', join(this.folder, 'rootfs/bin', applet));
    for (const file of ['hosts', 'hostname', 'resolv.conf'])
      writeFileSync(join(this.folder, file), `${file}\n`);
    const { hostNetwork } = this.pod.spec;
    if (!hostNetwork) await namespaces.pinNetwork(this.netns);
    await this.#cgroups.create(this.#cgroup, podLimits(this.pod, this.#facts));
    const id = this.#nextId();
    const { pid } = await this.#run(
      id,
      infraSpec({
        pod: this.pod,
        facts: this.#facts,
        rootfs: join(this.folder, 'infra'),
        pause: join(installFolder(), 'build/pause'),
        cgroupsPath: this.#cgroups.containerPath(this.#cgroup, id),
        hostname: 'box-host',
        ...(hostNetwork ? {} : { network: this.netns }),
      }),
    );
    this.#infraPid = pid;
  }

  /** Starts a container that sleeps; returns its id. */
  async member(
    container: Container,
    user = { uid: 0, gid: 0, additionalGids: [] as number[] },
  ): Promise<string> {
    const id = this.#nextId();
    await this.#run(id, this.#plan(id, container, user));
    return id;
  }

  #plan(
    id: string,
    container: Container,
    user: { uid: number; gid: number; additionalGids: number[] },
  ): PlannedSpec {
    const { hostNetwork, hostIPC, hostPID, shareProcessNamespace } = this.pod.spec;
    const { env, variables } = containerEnvironment({
      pod: this.pod,
      container,
      image: undefined,
      sources: { configMaps: new Map(), secrets: new Map() },
      podIPs: [],
      hostIP: this.#facts.hostIP,
      nodeName: 'node',
      facts: this.#facts,
    });
    const of = (name: string) => `/proc/${this.#infraPid}/ns/${name}`;
    return containerSpec({
      pod: this.pod,
      container,
      image: undefined,
      facts: this.#facts,
      user: { ...user, home: '/home' },
      env,
      argv: containerCommand({ container, image: undefined, variables }),
      rootfs: join(this.folder, 'rootfs'),
      cgroupsPath: this.#cgroups.containerPath(this.#cgroup, id),
      namespaces: {
        ...(hostNetwork ? {} : { network: this.netns, uts: of('uts') }),
        ...(hostIPC ? {} : { ipc: of('ipc') }),
        ...(hostPID ? { pid: 'host' } : shareProcessNamespace ? { pid: of('pid') } : {}),
      },
      mounts: [],
      files: {
        hosts: join(this.folder, 'hosts'),
        hostname: join(this.folder, 'hostname'),
        resolvConf: join(this.folder, 'resolv.conf'),
        shm: hostIPC ? undefined : join(this.folder, 'shm'),
      },
      seccomp: existsSync(PROFILE) ? JSON.parse(readFileSync(PROFILE, 'utf8')) : undefined,
      terminal: false,
      hostDevices: hostDevices(),
    });
  }

  async #run(id: string, { spec }: PlannedSpec) {
    const bundle = join(this.folder, id);
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
    const made = await this.runtime.create({
      id,
      name: id.slice(0, 12),
      bundle,
      logPath: join(bundle, 'log'),
      terminal: false,
      stdin: false,
      systemdCgroup: false,
      monitorCgroup: this.#cgroups.monitorPath(this.#cgroup),
    });
    await this.runtime.start(id);
    return made;
  }

  #nextId(): string {
    const id = `${this.#ids.length}`.padStart(64, '0');
    this.#ids.push(id);
    return id;
  }

  /** What a shell in the container says to a script that ends well. */
  async say(id: string, script: string): Promise<string> {
    const status = await this.runtime.exec({
      id,
      argv: ['sh', '-c', `{ ${script}; } >/dev/shm/said 2>&1`],
      env: ['PATH=/bin'],
      cwd: '/',
      terminal: false,
      interactive: false,
    });
    const said = readFileSync(join(this.folder, 'shm/said'), 'utf8').trim();
    assert.equal(status, 0, said);
    return said;
  }

  async fails(id: string, script: string): Promise<void> {
    await assert.rejects(this.say(id, script), assert.AssertionError);
  }

  async lower(): Promise<void> {
    for (const id of this.#ids.toReversed()) await this.runtime.delete(id);
    await this.#cgroups.remove(this.#cgroup);
    await this.#cgroups.removeParent();
    await namespaces.unpin(this.netns);
    assert.ok(this.#facts.cgroup.hierarchies.every(({ mount }) => !existsSync(join(mount, this.#parent()))));
    rmSync(this.folder, { recursive: true });
  }

  #parent(): string {
    return this.#cgroup.filesystemPath.split('/')[1] ?? '';
  }
}

const SLEEP = ['sleep', '600'];

for (const runtimeName of ['crun', 'runc']) {
  describe(`a planned pod through ${runtimeName}`, () => {
    let facts: HostFacts;
    const raised: Sandbox[] = [];

    before(async () => {
      facts = await readHostFacts();
    });

    afterEach(async () => {
      for (const sandbox of raised.splice(0)) await sandbox.lower();
    });

    async function raise(spec: Partial<PodSpec>): Promise<Sandbox> {
      const sandbox = new Sandbox(runtimeName, facts, { containers: [], ...spec });
      raised.push(sandbox);
      await sandbox.raise();
      return sandbox;
    }

    it('is what Podman and Kubernetes give by default', async () => {
      const box = await raise({});
      const id = await box.member({ name: 'main', command: SLEEP, env: [{ name: 'X', value: 'a b' }] });
      const status = await box.say(id, 'cat /proc/1/status');
      assert.match(status, /CapBnd:\s+00000000800405fb/);
      assert.match(status, /CapAmb:\s+0000000000000000/);
      assert.match(status, /NoNewPrivs:\s+0/);
      assert.match(status, facts.seccomp ? /Seccomp:\s+2/ : /Seccomp:\s+0/);
      assert.equal(await box.say(id, 'hostname'), 'box-host');
      assert.equal(
        await box.say(id, 'cat /etc/hosts /etc/hostname /etc/resolv.conf'),
        'hosts\nhostname\nresolv.conf',
      );
      const environment = await box.say(id, 'cat /proc/1/environ');
      assert.deepEqual(new Set(environment.split('\0').filter(Boolean)), new Set(ENVIRONMENT));
      for (const path of ['/proc/sys/kernel/domainname', '/proc/sysrq-trigger', '/sys/kernel/profiling']) {
        await box.fails(id, `touch ${path} && echo x > ${path}`);
      }
      assert.equal(
        await box.say(
          id,
          'cat /proc/kcore /proc/keys /proc/timer_list /sys/firmware/* 2>/dev/null | head -c 1',
        ),
        '',
      );
      await box.say(
        id,
        'echo x > /new; test -c /dev/null; test -e /dev/ptmx; grep -q mqueue /proc/self/mounts',
      );
      await box.fails(id, 'dd if=/dev/kmsg of=/dev/null count=1');
      assert.equal(await box.say(id, 'cat /proc/sys/net/ipv4/ping_group_range'), '0\t0');
      await box.say(id, 'grep -q cgroup /proc/self/mounts && ls /sys/fs/cgroup');
    });

    it('C57, C54: locks a container as it is told to', async () => {
      const box = await raise({ securityContext: { fsGroup: 2000, supplementalGroups: [3000] } });
      const securityContext = {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
      };
      const user = { uid: 1000, gid: 1001, additionalGids: [10] };
      const id = await box.member({ name: 'main', command: SLEEP, securityContext }, user);
      const status = await box.say(id, 'cat /proc/1/status');
      assert.match(status, /CapBnd:\s+0000000000000400/);
      assert.match(status, /CapEff:\s+0000000000000000/);
      assert.match(status, /NoNewPrivs:\s+1/);
      assert.match(status, /Uid:\s+1000/);
      assert.match(status, /Gid:\s+1001/);
      assert.match(status, /Groups:\s+10 1001 2000 3000/);
      assert.match(status, /Umask:\s+0022/);
      await box.fails(id, 'echo x > /new');
    });

    it('C55: opens the host to a privileged container', async () => {
      const box = await raise({});
      const id = await box.member({ name: 'main', command: SLEEP, securityContext: { privileged: true } });
      const bits = (await box.say(id, 'grep CapEff /proc/1/status')).split('\t')[1] ?? '';
      const count = [...BigInt(`0x${bits}`).toString(2)].filter((bit) => bit === '1').length;
      assert.equal(count, facts.capabilities.length);
      assert.match(await box.say(id, 'cat /proc/1/status'), /Seccomp:\s+0/);
      const node = hostDevices()[0];
      if (node) assert.equal(await box.say(id, `stat -c '%t:%T' ${node.path}`), hexNumbers(node));
      await box.say(id, 'grep " /sys sysfs rw" /proc/self/mounts');
    });

    it('C81: shares processes only with shareProcessNamespace', async () => {
      const shared = await raise({ shareProcessNamespace: true });
      const one = await shared.member({ name: 'one', command: SLEEP });
      await shared.member({ name: 'two', command: ['sleep', '601'] });
      assert.match(await shared.say(one, 'cat /proc/[0-9]*/cmdline'), /pause.*601/s);
      const apart = await raise({});
      const own = await apart.member({ name: 'one', command: SLEEP });
      assert.equal(await apart.say(own, 'cat /proc/1/comm'), 'sleep');
      assert.equal(await apart.say(own, 'ls /dev/shm'), 'said');
    });

    it('C75: uses the namespaces of the host', async () => {
      const box = await raise({ hostNetwork: true, hostPID: true });
      const id = await box.member({ name: 'main', command: SLEEP });
      assert.equal(await box.say(id, 'hostname'), facts.hostname);
      assert.match(await box.say(id, `cat /proc/${process.pid}/comm`), /./);
    });

    it('C60, C61: sets sysctls and limits', async () => {
      const sysctls = [
        { name: 'net.core.somaxconn', value: '77' },
        { name: 'kernel.shm_rmid_forced', value: '1' },
      ];
      const resources = { limits: { cpu: '300m', memory: '64Mi' } };
      const main = { name: 'main', command: SLEEP, resources };
      const box = await raise({ containers: [main], securityContext: { sysctls } });
      const id = await box.member(main);
      assert.equal(
        await box.say(id, 'cat /proc/sys/net/core/somaxconn /proc/sys/kernel/shm_rmid_forced'),
        '77\n1',
      );
      for (const [controller, v1, v2, expected] of LIMITS) {
        const found = facts.cgroup.controllers.find(({ name }) => name === controller);
        if (!found) continue;
        const below = cgroupOf(box, controller, found.version);
        const text = readFileSync(join(found.mount, below, found.version === 1 ? v1 : v2), 'utf8').trim();
        assert.equal(text.split(' ')[0], expected);
      }
    });
  });
}

const ENVIRONMENT = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOSTNAME=box',
  'X=a b',
  'HOME=/home',
];

const LIMITS = [
  ['cpu', 'cpu.cfs_quota_us', 'cpu.max', '30000'],
  ['memory', 'memory.limit_in_bytes', 'memory.max', String(64 * 1024 * 1024)],
] as const;

/** The cgroup of the last container, as its own process is listed in. */
function cgroupOf(box: Sandbox, controller: string, version: 1 | 2): string {
  const pid = readFileSync(join(box.folder, `${1}`.padStart(64, '0'), 'pidfile'), 'utf8').trim();
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const line = lines.find((entry) => {
    const [, controllers = ''] = entry.split(':');
    return version === 2 ? controllers === '' : controllers.split(',').includes(controller);
  });
  return line?.split(':')[2] ?? '';
}

function hexNumbers({ major, minor }: { readonly major: number; readonly minor: number }): string {
  return `${major.toString(16)}:${minor.toString(16)}`;
}
