import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { describeHost, type HostTexts } from '../../../src/host/facts.ts';

const line = (id: number, target: string, type: string, superOptions: string, options = 'rw') =>
  `${id} 1 0:${id} / ${target} ${options},relatime shared:${id} - ${type} ${type} ${superOptions}`;
const v2Mounts = [
  line(2, '/run', 'tmpfs', 'rw', 'rw,noexec,nosuid'),
  line(1, '/', 'ext4', 'rw'),
  line(3, '/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate'),
].join('\n');
const hybridMounts = [
  line(1, '/', 'ext4', 'rw'),
  line(3, '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
  line(4, '/sys/fs/cgroup/systemd', 'cgroup', 'rw,xattr,name=systemd'),
  line(5, '/sys/fs/cgroup/unified', 'cgroup2', 'rw'),
  line(5, '/mnt/again', 'cgroup2', 'rw'),
].join('\n');
const address = (family: 'IPv4' | 'IPv6', text: string, internal = false) =>
  ({ family, address: text, internal }) as NetworkInterfaceInfo;

const texts: HostTexts = {
  status: 'Name:\tx\nCapEff:\t000001ffffffffff\nCapBnd:\t000001fffeffffff\nSeccomp:\t0\n',
  limits:
    'Limit   Soft Limit  Hard Limit  Units\nMax processes             96365    unlimited     processes\nMax open files            1024     524288     files\n',
  mountInfo: v2Mounts,
  memInfo: 'MemTotal:       2048 kB\nMemFree: 1 kB\n',
  oomScoreAdj: '200\n',
  kernel: '6.1.0-9-amd64\n',
  routes:
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\nslow\t00000000\t0\t3\t0\t0\t600\t00000000\t0\t0\t0\neth1\t00000000\t0\t3\t0\t0\t100\t00000000\t0\t0\t0\neth1\t000200C0\t0\t1\t0\t0\t0\t00FFFFFF\t0\t0\t0\n',
  apparmor: 'Y\n',
  selinux: undefined,
  systemd: true,
  sctp: false,
  ipv6Disabled: '0\n',
  controllers: { '/sys/fs/cgroup': 'cpuset cpu io memory pids\n' },
  architecture: 'x64',
  hostname: 'node1',
  cpus: 4,
  interfaces: {
    lo: [address('IPv4', '127.0.0.1', true)],
    docker0: [address('IPv4', '172.17.0.1')],
    eth1: [address('IPv6', 'fe80::1'), address('IPv4', '192.0.2.7')],
  },
};

describe('host/facts', () => {
  it('describe a host with systemd and cgroup v2', () => {
    const facts = describeHost(texts);
    assert.deepEqual(
      { ...facts, capabilities: facts.capabilities.length },
      {
        architecture: 'amd64',
        kernel: '6.1.0-9-amd64',
        hostname: 'node1',
        cpus: 4,
        memoryBytes: 2048 * 1024,
        cgroup: {
          layout: 'v2',
          controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'].map((name) => ({
            name,
            mount: '/sys/fs/cgroup',
            version: 2,
          })),
          hierarchies: [
            { mount: '/sys/fs/cgroup', version: 2, controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'] },
          ],
          manager: 'systemd',
        },
        oomScoreAdjMin: -1000,
        rlimits: { nofile: { soft: 1024, hard: 524288 }, nproc: { soft: 96365, hard: -1 } },
        mayRaiseRlimits: true,
        capabilities: 40,
        seccomp: true,
        apparmor: true,
        selinux: false,
        systemd: true,
        protocols: { sctp: false, ipv6: true },
        noexecRun: true,
        hostIP: '192.0.2.7',
      },
    );
    assert.ok(!facts.capabilities.includes('CAP_SYS_RESOURCE'));
    assert.equal(facts.capabilities[0], 'CAP_CHOWN');
    assert.equal(facts.capabilities.at(-1), 'CAP_CHECKPOINT_RESTORE');
  });

  it('describe a hybrid host, each hierarchy once', () => {
    const { cgroup, noexecRun } = describeHost({
      ...texts,
      mountInfo: hybridMounts,
      controllers: { '/sys/fs/cgroup/unified': 'memory\n' },
      systemd: false,
    });
    assert.equal(noexecRun, false);
    assert.equal(cgroup.layout, 'hybrid');
    assert.equal(cgroup.manager, 'cgroupfs');
    assert.deepEqual(cgroup.hierarchies, [
      { mount: '/sys/fs/cgroup/cpu,cpuacct', version: 1, controllers: ['cpu', 'cpuacct'] },
      { mount: '/sys/fs/cgroup/systemd', version: 1, controllers: [] },
      { mount: '/sys/fs/cgroup/unified', version: 2, controllers: ['memory'] },
    ]);
    assert.deepEqual(cgroup.controllers.at(-1), {
      name: 'memory',
      mount: '/sys/fs/cgroup/unified',
      version: 2,
    });
  });

  it('describe what root lacks', () => {
    const status = texts.status.replace('CapEff:\t000001ffffffffff', 'CapEff:\t000001fffeffffff');
    const facts = describeHost({ ...texts, status: status.replace('Seccomp:\t0\n', ''), selinux: '1' });
    assert.equal(facts.mayRaiseRlimits, false);
    assert.equal(facts.oomScoreAdjMin, 200);
    assert.equal(facts.seccomp, false);
    assert.equal(facts.selinux, true);
  });

  it('find an address without a default route, or none at all', () => {
    assert.equal(describeHost({ ...texts, routes: undefined }).hostIP, '172.17.0.1');
    assert.equal(describeHost({ ...texts, interfaces: {} }).hostIP, '127.0.0.1');
  });

  it('refuse a host without cgroups', () => {
    assert.throws(() => describeHost({ ...texts, mountInfo: line(1, '/', 'ext4', 'rw') }), {
      name: 'HostError',
      code: 'NO_CGROUPS',
    });
  });
});
