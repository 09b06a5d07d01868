import { strict as assert } from 'node:assert';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from './free-port.ts';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';
import { until } from './until.ts';

/** Cases of real bug reports about how containers run: order, commands, users, rights, limits, namespaces. */
describe('bug cases: containers', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** What a shell in a container prints. */
  const sh = (container: string, script: string) => machine.exec(container, 'sh', '-c', script);

  it('C39 init containers run one by one, once, before the others', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: init-seq}
      spec:
        initContainers:
        - {name: one, image: localhost/busybox:latest, command: [sh, -c, "sleep 1; echo 1 >>/w/log"], volumeMounts: [{name: w, mountPath: /w}]}
        - {name: two, image: localhost/busybox:latest, command: [sh, -c, "echo 2 >>/w/log"], volumeMounts: [{name: w, mountPath: /w}]}
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sh, -c, "echo m >>/w/log; sleep 600"], volumeMounts: [{name: w, mountPath: /w}]}
        volumes: [{name: w, emptyDir: {}}]
    `);
    assert.equal(await sh('init-seq-main', 'cat /w/log'), '1\n2\nm');
    await machine.ok('restart', '--time', '0', 'init-seq-main');
    assert.equal(await sh('init-seq-main', 'cat /w/log'), '1\n2\nm\nm');
  });

  it('C40 a failing init container ends the pod before its containers start', async () => {
    const file = machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: init-fail}
      spec:
        restartPolicy: Never
        initContainers:
        - {name: bad, image: localhost/busybox:latest, command: [sh, -c, "echo why >&2; exit 3"]}
        containers:
        - {name: main, image: localhost/busybox:latest, command: [touch, /started]}
    `);
    const played = await machine.pod('play', 'kube', file);
    assert.notEqual(played.status, 0);
    for (const word of ['bad', '3', 'why']) assert.ok(played.stderr.includes(word), played.stderr);
    const states = await machine.ok(
      'ps',
      '-a',
      '--filter',
      'pod=init-fail',
      '--format',
      '{{.Names}} {{.State}}',
    );
    assert.deepEqual(states.trim().split('\n').sort(), ['init-fail-bad exited', 'init-fail-main created']);
    assert.equal(await machine.ok('pod', 'rm', '--force', 'init-fail').then(() => 0), 0);
    const waited = await machine.pod('play', 'kube', '--wait', file);
    assert.notEqual(waited.status, 0);
    for (const word of ['bad', '3', 'why']) assert.ok(waited.stderr.includes(word), waited.stderr);
    assert.equal((await machine.pod('pod', 'exists', 'init-fail')).status, 1);
  });

  it('C43 command and args against ENTRYPOINT and CMD', async () => {
    await machine.image('localhost/ep:latest', 'ENTRYPOINT ["echo","e"]', 'CMD ["d"]');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: cmd4}
      spec:
        restartPolicy: Never
        containers:
        - {name: none, image: "localhost/ep:latest"}
        - {name: args, image: "localhost/ep:latest", args: [x]}
        - {name: command, image: "localhost/ep:latest", command: [echo, c]}
        - {name: both, image: "localhost/ep:latest", command: [echo, c], args: [x]}
    `);
    const said = async (name: string) => {
      await machine.ok('wait', `cmd4-${name}`);
      return machine.ok('logs', `cmd4-${name}`);
    };
    assert.deepEqual(await Promise.all(['none', 'args', 'command', 'both'].map(said)), [
      'e d\n',
      'e x\n',
      'c\n',
      'c x\n',
    ]);
  });

  it('C46 the workingDir: asked for, of the image, and made where it is missing', async () => {
    await machine.image('localhost/wd:1', 'WORKDIR /var/lib');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: wd
      spec:
        containers:
        - {name: asked, image: localhost/wd:1, command: [sleep, "600"], workingDir: /tmp}
        - {name: image, image: localhost/wd:1, command: [sleep, "600"]}
        - {name: made, image: localhost/wd:1, command: [sleep, "600"], workingDir: /new/folder}
        - {name: none, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const folder = (name: string) => sh(`wd-${name}`, 'readlink /proc/1/cwd');
    assert.deepEqual(await Promise.all(['asked', 'image', 'made', 'none'].map(folder)), [
      '/tmp',
      '/var/lib',
      '/new/folder',
      '/',
    ]);
  });

  it('C48 a container may have the name of its pod', async () => {
    await machine.play(
      manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
        - {name: web, image: localhost/busybox:latest, command: [sleep, "600"]}
        - {name: b, image: localhost/busybox:latest, command: [sleep, "600"]}
    `,
      '--no-pod-prefix',
    );
    assert.equal(await sh('web', 'hostname'), 'web');
    assert.equal(
      await machine.ok('pod', 'ps', '--filter', 'name=web', '--format', '{{.Name}} {{.Status}}'),
      'web Running\n',
    );
  });

  it('C52 users of the pod are inherited, those of a container win', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: sc-user}
      spec:
        securityContext: {runAsUser: 1001, runAsGroup: 1002, supplementalGroups: [5000, 5001]}
        containers:
        - {name: a, image: localhost/busybox:latest, command: [sleep, "600"]}
        - {name: b, image: localhost/busybox:latest, command: [sleep, "600"], securityContext: {runAsUser: 0, runAsGroup: 0}}
    `);
    const ids = (name: string) =>
      sh(`sc-user-${name}`, 'awk \'/^(Uid|Gid):/ {print $2}; /^Groups:/ {$1 = ""; print}\' /proc/1/status');
    assert.equal(await ids('a'), '1001\n1002\n 1002 5000 5001');
    assert.match(await ids('b'), /^0\n0\n.* 5000 5001$/);
    assert.match(await sh('sc-user-a', 'id -G'), /5000 5001/);
  });

  it('C54 C57 capabilities are dropped, then added; escalation is forbidden', async () => {
    const { stderr } = await machine.pod(
      'play',
      'kube',
      machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: caps
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
        - name: prefix
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {capabilities: {drop: [ALL], add: [CAP_NET_BIND_SERVICE]}}
        - name: noesc
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {allowPrivilegeEscalation: false}
    `),
    );
    assert.match(stderr, /app\.yaml:14:.*CAP_NET_BIND_SERVICE/);
    const status = (name: string) =>
      sh(`caps-${name}`, "awk '/^(CapBnd|NoNewPrivs)/ {print $2}' /proc/1/status");
    assert.equal(await status('main'), '0000000000000400\n0');
    assert.equal(await status('prefix'), '0000000000000400\n0');
    assert.match(await status('noesc'), /\n1$/);
  });

  it('C55 a privileged container has all capabilities, whatever it drops', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: priv
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {privileged: true, capabilities: {drop: [MKNOD]}}
    `;
    await machine.play(text);
    const held = 'awk "/^CapBnd/ {print \\$2}" /proc/1/status';
    const all = await sh(
      'priv-main',
      `${held}; grep Seccomp: /proc/1/status; test -w /sys/fs && test -e /dev/kmsg && echo open`,
    );
    const [bounding = '', ...rest] = all.split('\n');
    assert.ok(BigInt(`0x${bounding}`) & (1n << 27n), 'MKNOD is kept');
    assert.deepEqual(rest, ['Seccomp:\t0', 'open']);
  });

  it('C58 a seccomp profile of none, the default, and one of this host', async () => {
    const name = `pod-test-${machine.storeId}/deny-chmod.json`;
    const path = join('/var/lib/kubelet/seccomp', name);
    const made = mkdirSync(dirname(path), { recursive: true }) ?? dirname(path);
    writeFileSync(
      path,
      JSON.stringify({
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['chmod', 'fchmodat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
      }),
    );
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: seccomp
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: none
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {seccompProfile: {type: Unconfined}}
        - name: default
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {seccompProfile: {type: RuntimeDefault}}
        - name: own
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {seccompProfile: {type: Localhost, localhostProfile: ${name}}}
    `;
    try {
      await machine.play(text);
    } finally {
      rmSync(made, { recursive: true });
    }
    const mode = (container: string) =>
      sh(`seccomp-${container}`, "awk '/^Seccomp:/ {print $2}' /proc/1/status; chmod 700 /tmp 2>&1 || true");
    assert.deepEqual(await Promise.all(['none', 'default', 'own'].map(mode)), [
      '0',
      '2',
      '2\nchmod: /tmp: Operation not permitted',
    ]);
    const { status, stderr } = await machine.pod('play', 'kube', '--replace', machine.file(text));
    assert.equal(status, 125);
    assert.ok(stderr.includes(path), stderr);
  });

  it('C60 sysctls of the pod', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: sysctl
      spec:
        securityContext: {sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "80"}]}
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
    `);
    assert.equal(await sh('sysctl-main', 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start'), '80');
  });

  it('C61 CPU limits in every spelling', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: cpu}
      spec:
        containers:
        - {name: a, image: localhost/busybox:latest, command: [sleep, "600"], resources: {limits: {cpu: 300m}}}
        - {name: b, image: localhost/busybox:latest, command: [sleep, "600"], resources: {limits: {cpu: 0.5}}}
        - {name: c, image: localhost/busybox:latest, command: [sleep, "600"], resources: {limits: {cpu: "1"}}}
        - {name: d, image: localhost/busybox:latest, command: [sleep, "600"], resources: {limits: {cpu: 1m}}}
    `);
    const quota = (name: string) =>
      sh(
        `cpu-${name}`,
        'cd /sys/fs/cgroup; cat cpu.max 2>/dev/null || echo $(cat cpu*/cpu.cfs_quota_us | head -n 1) $(cat cpu*/cpu.cfs_period_us | head -n 1)',
      );
    assert.deepEqual(await Promise.all(['a', 'b', 'c', 'd'].map(quota)), [
      '30000 100000',
      '50000 100000',
      '100000 100000',
      '1000 100000',
    ]);
  });

  it('C64 a memory limit of less than a byte is a warning, then a clear failure', async () => {
    const { status, stderr } = await machine.pod(
      'play',
      'kube',
      machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: mem-milli
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          resources: {limits: {memory: 400m}}
    `),
    );
    assert.notEqual(status, 0);
    assert.match(stderr, /app\.yaml:10:.*400m/);
    assert.match(stderr, /400Mi/);
    assert.match(
      stderr
        .split('\n')
        .filter((line) => line.startsWith('Error:'))
        .join('\n'),
      /memory/,
    );
    assert.equal((await machine.pod('pod', 'exists', 'mem-milli')).status, 1);
  });

  it('C72 TCP and UDP of one number are published at one address', async () => {
    const port = await freePort();
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: np-proto
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [chroot, /host, ${process.execPath}, -e]
          args:
          - |
            require('node:net').createServer((socket) => socket.end('tcp of the pod')).listen(5353);
            const udp = require('node:dgram').createSocket('udp4');
            udp.on('message', (_, from) => udp.send('udp of the pod', from.port, from.address));
            udp.bind(5353, () => console.log('ready'));
          volumeMounts: [{name: host, mountPath: /host, readOnly: true}]
          ports:
          - {name: t, containerPort: 5353, hostPort: ${port}, protocol: TCP, hostIP: 127.0.0.1}
          - {name: u, containerPort: 5353, hostPort: ${port}, protocol: UDP, hostIP: 127.0.0.1}
        volumes: [{name: host, hostPath: {path: /}}]
    `);
    await until(
      () => machine.ok('logs', 'np-proto-main'),
      (log) => log.includes('ready'),
    );
    assert.equal(await askTcp('127.0.0.1', port), 'tcp of the pod');
    assert.equal(await askUdp('127.0.0.1', port), 'udp of the pod');
    for (const address of otherAddresses())
      await assert.rejects(askTcp(address, port), { code: 'ECONNREFUSED' });
  });

  it('C72 SCTP is published or refused, never skipped', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: np-sctp
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          ports: [{containerPort: 5353, hostPort: ${await freePort()}, protocol: SCTP}]
    `;
    const { status, stderr } = await machine.pod('play', 'kube', machine.file(text));
    if (status === 0) assert.match(await machine.ok('port', 'np-sctp-main'), /5353\/sctp/);
    else assert.match(stderr, /sctp/i);
  });

  it('C75 hostNetwork shares the network and the name of the host', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: hn
      spec:
        hostNetwork: true
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
    `);
    assert.equal(
      await sh('hn-main', 'readlink /proc/self/ns/net; hostname'),
      `${readlinkSync('/proc/self/ns/net')}\n${hostname()}`,
    );
  });

  it('C76 dnsPolicy None takes dnsConfig alone', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: dns
      spec:
        dnsPolicy: None
        dnsConfig:
          nameservers: [192.0.2.53]
          searches: [a.test, b.test]
          options: [{name: ndots, value: "2"}, {name: edns0}]
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
    `);
    assert.equal(
      await sh('dns-main', 'sort /etc/resolv.conf'),
      'nameserver 192.0.2.53\noptions ndots:2 edns0\nsearch a.test b.test',
    );
  });

  it('C79 a long pod name is cut to a host name', async () => {
    const name = `${'x'.repeat(62)}-abcdefghij`;
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: ${name}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
    `);
    assert.equal(
      await sh(`${name}-main`, 'hostname; cat /etc/hostname'),
      `${'x'.repeat(62)}\n${'x'.repeat(62)}`,
    );
  });

  it('C81 shareProcessNamespace changes the process namespace alone', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: spn}
      spec:
        shareProcessNamespace: true
        containers:
        - {name: a, image: localhost/busybox:latest, command: [sleep, "601"]}
        - {name: b, image: localhost/busybox:latest, command: [sleep, "602"]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: apart}
      spec:
        containers:
        - {name: a, image: localhost/busybox:latest, command: [sleep, "601"]}
        - {name: b, image: localhost/busybox:latest, command: [sleep, "602"]}
    `);
    const spaces = async (container: string) =>
      (await sh(container, 'cd /proc/self/ns; for n in pid net ipc uts; do readlink $n; done')).split('\n');
    assert.match(await sh('spn-a', 'ps'), /sleep 602/);
    assert.deepEqual(await spaces('spn-a'), await spaces('spn-b'));
    const [[pid, ...others], [otherPid, ...same]] = [await spaces('apart-a'), await spaces('apart-b')];
    assert.notEqual(pid, otherPid);
    assert.deepEqual(others, same);
  });

  it('C82 the phase of a pod follows its restartPolicy and exit codes', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: rp
      spec:
        restartPolicy: Never
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sh, -c, "exit 3"]}
    `);
    assert.equal(await machine.ok('wait', 'rp-main'), '3\n');
  });

  it('C84 fields for clusters are told about once and kept', async () => {
    const { status, stderr } = await machine.pod(
      'play',
      'kube',
      machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: tol
      spec:
        tolerations: [{key: a, operator: Exists}]
        nodeSelector: {disk: ssd}
        serviceAccountName: robot
        priorityClassName: high
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
    `),
    );
    assert.equal(status, 0);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    for (const field of ['tolerations', 'nodeSelector', 'serviceAccountName', 'priorityClassName'])
      assert.ok(stderr.includes(`spec.${field}`), stderr);
  });

  it('C87 replicas: none, three, one when not given', async () => {
    const deployment = (name: string, replicas: string) => manifest`
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: ${name}}
      spec:
        ${replicas}
        selector:
          matchLabels: {app: ${name}}
        template:
          metadata:
            labels: {app: ${name}}
          spec:
            containers:
            - name: main
              image: localhost/busybox:latest
              command: [sh, -c, "sleep 600"]
    `;
    await machine.play(
      [deployment('rep0', 'replicas: 0'), deployment('rep3', 'replicas: 3'), deployment('rep', '')].join(
        '---\n',
      ),
    );
    const pods = async (app: string) =>
      (await machine.ok('pod', 'ps', '--filter', `label=app=${app}`, '--format', '{{.Name}}'))
        .split('\n')
        .filter(Boolean)
        .sort();
    assert.deepEqual(await pods('rep0'), []);
    assert.deepEqual(await pods('rep3'), ['rep3-pod', 'rep3-pod-1', 'rep3-pod-2']);
    assert.deepEqual(await pods('rep'), ['rep-pod']);
  });
});

async function askTcp(host: string, port: number): Promise<string> {
  return text(connect({ host, port }));
}

async function askUdp(host: string, port: number): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.send('hello', port, host);
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(30_000) })) as [Buffer];
    return answer.toString();
  } finally {
    socket.close();
  }
}

/** The host's own addresses on its networks, those of containers' interfaces among them. */
function otherAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
  );
}
