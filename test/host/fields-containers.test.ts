import { strict as assert } from 'node:assert';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { archive, file } from '../unit/images/tar-fixture.ts';
import { busyboxRootfs } from './busybox-rootfs.ts';
import { dockerArchive } from './image-fixture.ts';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';
import { until } from './until.ts';

/** Fields of a Pod that its containers can see, looked at from inside. */
describe('fields of containers', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** What a shell in a container prints. */
  const sh = (container: string, script: string) => machine.exec(container, 'sh', '-c', script);

  it('hostPID and hostIPC share the namespaces of the host, and no others', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: host-pid}
      spec:
        hostPID: true
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: host-ipc}
      spec:
        hostIPC: true
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const spaces = ['pid', 'ipc', 'net', 'uts', 'mnt'];
    const shared = async (container: string) => {
      const seen = (
        await sh(container, `cd /proc/self/ns; for n in ${spaces.join(' ')}; do readlink $n; done`)
      ).split('\n');
      return spaces.filter((space, index) => seen[index] === readlinkSync(`/proc/self/ns/${space}`));
    };
    assert.deepEqual(await shared('host-pid-main'), ['pid']);
    assert.deepEqual(await shared('host-ipc-main'), ['ipc']);
    const name = readFileSync('/proc/self/comm', 'utf8').trim();
    assert.equal(await sh('host-pid-main', `cat /proc/${process.pid}/comm`), name);
  });

  it('fieldRef and resourceFieldRef tell about the pod, its address and its limits', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: refs
        namespace: team
        labels: {app: refs}
      spec:
        serviceAccountName: robot
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          resources: {requests: {memory: 32Mi, cpu: 100m}, limits: {memory: 64Mi, cpu: 1500m}}
          env:
          - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
          - {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
          - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
          - {name: UID_, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}
          - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory}}}
          - {name: MEBI, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
          - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
          - {name: MILLI, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
          - {name: OTHER, valueFrom: {resourceFieldRef: {containerName: free, resource: limits.cpu}}}
          - {name: ALL, valueFrom: {resourceFieldRef: {containerName: free, resource: limits.memory}}}
        - {name: free, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const [ip, uid, ...others] = (
      await machine.exec(
        'team/refs-main',
        'sh',
        '-c',
        'for v in "$POD_IP" "$UID_" "$NAME" "$NAMESPACE" "$ACCOUNT" "$MEMORY" "$MEBI" "$CPU" "$MILLI" "$OTHER" "$ALL"; do echo "$v"; done; ip -4 -o addr show eth0',
      )
    ).split('\n');
    assert.match(uid ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.ok(others.pop()?.includes(` ${ip}/`), 'podIP is the address of eth0');
    const [all] = others.splice(-1);
    assert.deepEqual(others, [
      'refs',
      'team',
      'robot',
      String(64 * 1024 * 1024),
      '64',
      '2',
      '100',
      String(cpus().length),
    ]);
    assert.ok(
      Math.abs(Number(all) - totalmem()) < 1024 * 1024,
      'without a limit it is the memory of the host',
    );
  });

  it('limits and requests become cgroup settings of the container', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: limited}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          resources: {requests: {cpu: 500m}, limits: {memory: 64Mi}}
    `);
    const memory = 'cd /sys/fs/cgroup; cat memory.max 2>/dev/null || cat memory/memory.limit_in_bytes';
    assert.equal(await sh('limited-main', memory), String(64 * 1024 * 1024));
    const weight = 'cd /sys/fs/cgroup; cat cpu.weight 2>/dev/null || cat cpu*/cpu.shares | head -n 1';
    assert.match(await sh('limited-main', weight), /^(20|512)$/);
  });

  it('a container that takes more memory than its limit is killed for it', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: greedy}
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "head -c 100000000 /dev/zero | tail -c 100000000 | wc -c"]
          resources: {limits: {memory: 16Mi}}
    `);
    await machine.ok('wait', 'greedy-main');
    const seen = await machine.ok('inspect', '--format', '{{.State.OOMKilled}}', 'greedy-main');
    assert.equal(seen, 'true\n');
  });

  it('readOnlyRootFilesystem closes the root, and leaves volumes, /dev/shm and /tmp of a volume open', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: closed}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          securityContext: {readOnlyRootFilesystem: true}
          volumeMounts: [{name: open, mountPath: /tmp}, {name: made, mountPath: /not/in/the/image}]
        volumes: [{name: open, emptyDir: {}}, {name: made, emptyDir: {medium: Memory}}]
    `);
    const script =
      'for d in / /etc /tmp /not/in/the/image /dev/shm; do touch $d/new 2>/dev/null && echo $d; done; true';
    assert.equal(await sh('closed-main', script), '/tmp\n/not/in/the/image\n/dev/shm');
  });

  it('hostAliases, hostname and the own address are in /etc/hosts', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: named}
      spec:
        hostname: desk
        hostAliases:
        - {ip: 192.0.2.1, hostnames: [a.test, b.test]}
        - {ip: 192.0.2.2, hostnames: [c.test]}
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const hosts = (await sh('named-main', 'hostname; hostname -i; cat /etc/hosts')).split('\n');
    const [name, ip, ...lines] = hosts.map((line) => line.trim().replace(/\s+/g, ' '));
    assert.equal(name, 'desk');
    for (const line of ['192.0.2.1 a.test b.test', '192.0.2.2 c.test']) assert.ok(lines.includes(line), line);
    assert.ok(lines.some((line) => line.startsWith('127.0.0.1 localhost')));
    assert.ok(
      lines.some((line) => line.startsWith(`${ip} `) && / desk\b/.test(line)),
      lines.join('\n'),
    );
  });

  it('dnsConfig is added to what the host has', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: searching}
      spec:
        dnsConfig: {searches: [own.test], options: [{name: ndots, value: "3"}, {name: edns0}]}
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const lines = (await sh('searching-main', 'cat /etc/resolv.conf')).split('\n');
    assert.ok(
      lines.some((line) => /^search .*\bown\.test\b/.test(line)),
      lines.join('\n'),
    );
    assert.ok(
      lines.some((line) => /^options .*\bndots:3 edns0\b/.test(line)),
      lines.join('\n'),
    );
    assert.ok(!lines.some((line) => /^nameserver 127\./.test(line)), lines.join('\n'));
  });

  it('$(VAR) is expanded in command and args, $$ is one dollar', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: expanding}
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [echo, $(WHO)]
          args: [$(NOBODY), $$(WHO), "$(WHO)-$(WHO)"]
          env: [{name: WHO, value: me}]
    `);
    await machine.ok('wait', 'expanding-main');
    assert.equal(await machine.ok('logs', 'expanding-main'), 'me $(NOBODY) $(WHO) me-me\n');
  });

  it('the user, folder and groups of the image are taken where the manifest has none', async () => {
    await machine.image('localhost/user:1', 'USER nobody', 'WORKDIR /made/by/image');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: as-image}
      spec:
        containers:
        - {name: main, image: localhost/user:1, command: [sleep, "600"]}
        - {name: group, image: localhost/user:1, command: [sleep, "600"], securityContext: {runAsGroup: 77}}
    `);
    assert.equal(
      await sh('as-image-main', 'id -u; id -g; pwd; echo $HOME'),
      '65534\n65534\n/made/by/image\n/',
    );
    assert.equal(await sh('as-image-group', 'id -u; id -g'), '65534\n77');
  });

  describe('runAsNonRoot refuses', () => {
    const refused: readonly [title: string, image: string, context: string][] = [
      ['an image that runs as root', 'localhost/busybox:latest', 'runAsNonRoot: true'],
      ['an image whose user is a name', 'localhost/user:1', 'runAsNonRoot: true'],
    ];
    for (const [title, image, context] of refused) {
      it(title, async () => {
        const { status, stderr } = await machine.pod(
          'play',
          'kube',
          machine.file(manifest`
            apiVersion: v1
            kind: Pod
            metadata: {name: no-root}
            spec:
              securityContext: {${context}}
              containers:
              - {name: main, image: "${image}", command: [sleep, "600"]}
          `),
        );
        assert.equal(status, 125);
        assert.match(stderr, /main.*root/);
        assert.equal((await machine.pod('pod', 'exists', 'no-root')).status, 1);
      });
    }
    it('nobody who is a number', async () => {
      await machine.play(manifest`
        apiVersion: v1
        kind: Pod
        metadata: {name: some-number}
        spec:
          securityContext: {runAsNonRoot: true}
          containers:
          - {name: main, image: "localhost/user:1", command: [sleep, "600"], securityContext: {runAsUser: 12}}
      `);
      assert.equal(await sh('some-number-main', 'id -u'), '12');
    });
  });

  it('an image of one static program, without PATH or any folder, finds it', async () => {
    const tar = join(machine.folder, 'static.tar');
    writeFileSync(
      tar,
      archive(file('sbin/sleep', readFileSync('/bin/busybox').toString('latin1'), { mode: 0o755 })),
    );
    await machine.ok('import', tar, 'localhost/static:1');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: static}
      spec:
        containers:
        - {name: main, image: "localhost/static:1", command: [sleep, "600"]}
    `);
    await machine.ok('exec', 'static-main', 'sleep', '0');
    assert.equal((await machine.pod('exec', 'static-main', 'nothing')).status, 127);
  });

  it('an image of 120 layers runs', async () => {
    const layers = Array.from({ length: 119 }, (_, index) => archive(file(`layer-${index}`, String(index))));
    const tar = join(machine.folder, 'layers.tar');
    writeFileSync(
      tar,
      dockerArchive({
        layers: [readFileSync(await busyboxRootfs()), ...layers],
        tags: ['localhost/layers:1'],
      }),
    );
    await machine.ok('load', '-i', tar);
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: layered}
      spec:
        containers:
        - {name: main, image: "localhost/layers:1", command: [sleep, "600"]}
    `);
    assert.equal(await sh('layered-main', 'ls -d /layer-* | wc -l; cat /layer-0 /layer-118'), '119\n0118');
  });

  it('a VOLUME of the image is there, with what the image has in it, and stays open', async () => {
    await machine.image('localhost/volumes:1', 'VOLUME /data/deep/', 'VOLUME /etc');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: anonymous}
      spec:
        containers:
        - name: main
          image: localhost/volumes:1
          command: [sleep, "600"]
          securityContext: {readOnlyRootFilesystem: true}
    `);
    assert.equal(
      await sh(
        'anonymous-main',
        'touch /data/deep/new /etc/new && ls /data/deep; head -n 1 /etc/passwd; touch /data/new 2>/dev/null || echo closed',
      ),
      'new\nroot:x:0:0:root:/root:/bin/sh\nclosed',
    );
    await machine.ok('restart', '--time', '0', 'anonymous-main');
    assert.equal(await sh('anonymous-main', 'ls /data/deep'), 'new');
  });

  it('logs keep standard error, lines that end late and lines that never end', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: logging}
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c]
          args:
          - |
            echo out
            echo err >&2
            printf 'be'; sleep 1; echo 'gun'
            head -c 20000 /dev/zero | tr '\\0' x; echo
            printf 'no end'
    `);
    await machine.ok('wait', 'logging-main');
    const { stdout, stderr } = await machine.pod('logs', 'logging-main');
    assert.deepEqual(stdout.split('\n'), ['out', 'begun', 'x'.repeat(20_000), 'no end']);
    assert.equal(stderr, 'err\n');
  });

  it('stdin stays open, and is at its end without', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: input}
      spec:
        restartPolicy: Never
        terminationGracePeriodSeconds: 0
        containers:
        - {name: open, image: localhost/busybox:latest, command: [cat], stdin: true}
        - {name: none, image: localhost/busybox:latest, command: [cat]}
    `);
    assert.equal(await machine.ok('wait', 'input-none'), '0\n');
    assert.equal(await machine.exec('input-open', 'cat', '/proc/1/comm'), 'cat');
  });

  it('a container is asked to end with the signal of its image, and killed after the grace period', async () => {
    await machine.image('localhost/signal:1', 'STOPSIGNAL SIGUSR1');
    const trap = (signal: string) => `trap 'echo ${signal}; exit 0' ${signal}; while :; do sleep 0.1; done`;
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: ending}
      spec:
        restartPolicy: Never
        terminationGracePeriodSeconds: 2
        containers:
        - {name: term, image: localhost/busybox:latest, command: [sh, -c, "${trap('TERM')}"]}
        - {name: other, image: "localhost/signal:1", command: [sh, -c, "${trap('USR1')}"]}
        - {name: deaf, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const begin = Date.now();
    await machine.ok('pod', 'stop', 'ending');
    assert.ok(Date.now() - begin > 1900, 'it had its grace period');
    const ends = ['term', 'other', 'deaf'].map((name) =>
      machine.ok('inspect', '--format', '{{.State.ExitCode}}', `ending-${name}`),
    );
    assert.deepEqual(await Promise.all(ends), ['0\n', '0\n', '137\n']);
    assert.equal(await machine.ok('logs', 'ending-term'), 'TERM\n');
    assert.equal(await machine.ok('logs', 'ending-other'), 'USR1\n');
  });

  it('a sidecar starts before what follows it, and stays', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: accompanied}
      spec:
        initContainers:
        - {name: beside, image: localhost/busybox:latest, restartPolicy: Always, command: [sleep, "600"]}
        - {name: last, image: localhost/busybox:latest, command: ["true"]}
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const states = await machine.ok(
      'ps',
      '-a',
      '--filter',
      'pod=accompanied',
      '--format',
      '{{.Names}} {{.State}}',
    );
    assert.deepEqual(states.trim().split('\n').sort(), [
      'accompanied-beside running',
      'accompanied-last exited',
      'accompanied-main running',
    ]);
  });

  it('tty is a terminal', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: terminal}
      spec:
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sh, -c, "tty; sleep 600"], tty: true}
        - {name: plain, image: localhost/busybox:latest, command: [sh, -c, "tty; sleep 600"]}
    `);
    const log = (name: string) =>
      until(
        () => machine.ok('logs', `terminal-${name}`),
        (text) => text !== '',
      );
    assert.equal(await log('main'), '/dev/pts/0\r\n');
    assert.equal(await log('plain'), 'not a tty\n');
  });

  it('devices, masked paths and mounts of an ordinary container are those of container engines', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: ordinary}
      spec:
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    const devices = (await sh('ordinary-main', 'ls /dev')).split('\n');
    for (const name of [
      'null',
      'zero',
      'full',
      'random',
      'urandom',
      'tty',
      'ptmx',
      'pts',
      'shm',
      'mqueue',
      'fd',
      'stdin',
      'stdout',
      'stderr',
    ])
      assert.ok(devices.includes(name), name);
    const closed =
      'for f in /proc/sys/kernel/hostname /sys/new /proc/acpi/new; do echo x 2>/dev/null > $f && echo $f; done; ls /proc/acpi /sys/firmware | grep -v :; cat /proc/keys';
    assert.equal((await sh('ordinary-main', `{ ${closed}; } 2>/dev/null; true`)).trim(), '');
    assert.match(await sh('ordinary-main', 'grep Seccomp: /proc/1/status'), /2$/);
    assert.equal(await sh('ordinary-main', 'grep CapEff /proc/1/status'), 'CapEff:\t00000000800405fb');
  });
});
