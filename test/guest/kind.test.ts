import { strict as assert } from 'node:assert';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readHostFacts } from '../../src/host/facts.ts';
import { busyboxRootfs } from '../host/busybox-rootfs.ts';
import { Machine, POD } from '../host/machine.ts';
import { manifest } from '../host/manifest.ts';

/** What this kind of host has and the other lacks: cgroups of version 2 under systemd, AppArmor, a stub resolver, SCTP. */
describe('on this kind of host', () => {
  let machine: Machine;
  before(async () => {
    const { cgroup, systemd, noexecRun, apparmor, protocols } = await readHostFacts();
    assert.deepEqual(
      { layout: cgroup.layout, manager: cgroup.manager, systemd, noexecRun, apparmor, sctp: protocols.sctp },
      { layout: 'v2', manager: 'systemd', systemd: true, noexecRun: true, apparmor: true, sctp: true },
    );
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  const limited = (name: string) =>
    machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: ${name}
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "100000"]
          resources:
            limits: {cpu: 500m, memory: 64Mi}
        - name: open
          image: localhost/busybox:latest
          command: [sleep, "100000"]
          securityContext:
            privileged: true
    `);

  for (const runtime of ['crun', 'runc']) {
    for (const manager of ['systemd', 'cgroupfs']) {
      it(`containers have their limits in a cgroup namespace of their own: ${runtime}, ${manager}`, async () => {
        const name = `limited-${runtime}-${manager}`;
        const pod = ['--runtime', runtime, '--cgroup-manager', manager];
        await machine.ok(...pod, 'play', 'kube', limited(name));
        const within = [
          '/proc/self/cgroup',
          ...['cpu.max', 'memory.max'].map((file) => `/sys/fs/cgroup/${file}`),
        ];
        assert.equal(await machine.exec(`${name}-main`, 'cat', ...within), '0::/\n50000 100000\n67108864');
        assert.match(
          await machine.exec(`${name}-main`, 'cat', '/proc/mounts'),
          / \/sys\/fs\/cgroup cgroup2 ro,/,
        );
        if (manager === 'systemd') {
          const units = execFileSync('systemctl', [
            'list-units',
            '--plain',
            '--no-legend',
            'pod*',
          ]).toString();
          assert.match(units, /^pod-[0-9a-f]{64}\.scope +loaded active running/m);
          assert.match(
            units,
            new RegExp(`^pod-${machine.storeId}-pod[0-9a-f_]+\\.slice +loaded active`, 'm'),
          );
        }
        await machine.ok(...pod, 'pod', 'rm', '--force', '--time', '0', name);
        assert.deepEqual(await machine.leaks(), []);
      });
    }
  }

  it('AppArmor confines containers that are not privileged, and those that run commands in them', async () => {
    const name = 'confined';
    await machine.ok('play', 'kube', limited(name));
    const profile = ['cat', '/proc/self/attr/current'];
    assert.equal(await machine.exec(`${name}-main`, ...profile), 'pod-default (enforce)');
    assert.equal(await machine.exec(`${name}-open`, ...profile), 'unconfined');
    assert.equal(await machine.exec(`${name}-main`, 'cat', '/proc/1/attr/current'), 'pod-default (enforce)');
    assert.equal(
      await machine.ok('inspect', '--format', '{{.AppArmorProfile}}', `${name}-main`),
      'pod-default\n',
    );
    const write = await machine.pod('exec', `${name}-main`, 'sh', '-c', 'echo 1 > /proc/sysrq-trigger');
    assert.notEqual(write.status, 0);
    await machine.ok('stop', '--time', '1', `${name}-main`);
    await machine.ok('pod', 'rm', '--force', '--time', '0', name);
  });

  it('an AppArmor profile that is not loaded is an error that names it', async () => {
    const file = machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: unknown-profile
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "1"]
          securityContext:
            appArmorProfile: {type: Localhost, localhostProfile: nobody-has-this}
    `);
    const { status, stderr } = await machine.pod('play', 'kube', file);
    assert.equal(status, 125);
    assert.match(stderr, /nobody-has-this/);
    assert.deepEqual(await machine.leaks(), []);
  });

  it('pods ask the name servers behind the stub of systemd-resolved', async () => {
    assert.match(readFileSync('/etc/resolv.conf', 'utf8'), /^nameserver 127\.0\.0\.53$/m);
    await machine.ok('play', 'kube', limited('resolving'));
    const text = await machine.exec('resolving-main', 'cat', '/etc/resolv.conf');
    assert.deepEqual(text.match(/^nameserver .*$/gm), ['nameserver 10.0.2.3']);
    await machine.ok('pod', 'rm', '--force', '--time', '0', 'resolving');
  });

  it('C72: SCTP is published', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: sctp
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "100000"]
          ports:
          - {containerPort: 7000, hostPort: 17000, protocol: SCTP}
    `);
    const pid = (await machine.ok('inspect', '--format', '{{.State.Pid}}', 'sctp-main')).trim();
    const server = spawn('nsenter', [`--net=/proc/${pid}/ns/net`, 'perl', '-e', SCTP_SERVER]);
    try {
      await once(server.stdout, 'data');
      const answer = execFileSync('perl', ['-e', SCTP_CLIENT, '10.0.2.15', '17000'], { encoding: 'utf8' });
      assert.equal(answer, 'over sctp');
    } finally {
      server.kill('SIGKILL');
    }
    await machine.ok('pod', 'rm', '--force', '--time', '0', 'sctp');
  });

  it('the default store serves pods, though nothing below /run can be executed', async () => {
    const pod = (...argv: readonly string[]) => execFileSync(POD, argv, { encoding: 'utf8' });
    pod('import', await busyboxRootfs(), 'localhost/busybox:latest');
    pod('play', 'kube', limited('plain'));
    assert.ok(existsSync('/run/pod'));
    assert.equal(pod('exec', 'plain-main', 'echo', 'up'), 'up\n');
    assert.match(
      execFileSync('podman', ['images', '--format', '{{.Repository}}'], { encoding: 'utf8' }),
      /busybox/,
    );
    pod('pod', 'rm', '--force', '--time', '0', 'plain');
    assert.equal(pod('ps', '--all', '--quiet'), '');
  });
});

const SCTP_SERVER = `
  use Socket; $| = 1;
  socket(my $server, AF_INET, SOCK_STREAM, 132) or die $!;
  bind($server, sockaddr_in(7000, INADDR_ANY)) or die $!;
  listen($server, 1) or die $!;
  print "ready";
  accept(my $peer, $server) or die $!;
  syswrite $peer, "over sctp";
  close $peer;
  sleep 1000;
`;

const SCTP_CLIENT = `
  use Socket; alarm 60;
  socket(my $peer, AF_INET, SOCK_STREAM, 132) or die $!;
  connect($peer, sockaddr_in($ARGV[1], inet_aton($ARGV[0]))) or die $!;
  sysread $peer, my $answer, 100;
  print $answer;
`;
