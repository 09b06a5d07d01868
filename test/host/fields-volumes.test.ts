import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { deviceIdentity } from '../../src/host/devices.ts';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';

/** Volumes and mounts of a Pod, looked at from inside and from outside. */
describe('fields of volumes', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** What a shell in a container prints. */
  const sh = (container: string, script: string) => machine.exec(container, 'sh', '-c', script);

  it('hostPath gives every type of thing as it is, and makes what is to be made', async () => {
    const at = (name: string) => join(machine.folder, name);
    mkdirSync(at('folder'));
    writeFileSync(at('folder/inside'), 'in the folder');
    writeFileSync(at('file'), 'text');
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    const block = readdirSync('/dev', { withFileTypes: true }).find((entry) => entry.isBlockDevice());
    const things: readonly [type: string, path: string][] = [
      ['Directory', at('folder')],
      ['DirectoryOrCreate', at('made/deep')],
      ['File', at('file')],
      ['FileOrCreate', at('made-file')],
      ['Socket', at('socket')],
      ['CharDevice', '/dev/zero'],
      ...(block === undefined ? [] : [['BlockDevice', `/dev/${block.name}`] as [string, string]]),
      ['""', at('untyped')],
    ];
    try {
      await machine.play(manifest`
        apiVersion: v1
        kind: Pod
        metadata: {name: host-paths}
        spec:
          containers:
          - name: main
            image: localhost/busybox:latest
            command: [sleep, "600"]
            volumeMounts: [${things.map((_, index) => `{name: v${index}, mountPath: /m/${index}}`).join(', ')}]
          volumes: [${things.map(([type, path], index) => `{name: v${index}, hostPath: {path: ${path}, type: ${type}}}`).join(', ')}]
      `);
      const kinds = (
        await sh('host-paths-main', `stat -c %F ${things.map((_, index) => `/m/${index}`).join(' ')}`)
      ).split('\n');
      assert.deepEqual(kinds, [
        'directory',
        'directory',
        'regular file',
        'regular empty file',
        'socket',
        'character special file',
        ...(block === undefined ? [] : ['block special file']),
        'directory',
      ]);
      const script =
        'cat /m/0/inside; echo; echo changed > /m/2; echo new > /m/1/new; head -c 2 /m/5 | xxd -p';
      assert.equal(await sh('host-paths-main', script), 'in the folder\n0000');
      assert.equal(readFileSync(at('file'), 'utf8'), 'changed\n');
      assert.equal(readFileSync(at('made/deep/new'), 'utf8'), 'new\n');
      assert.deepEqual(
        [statSync(at('untyped')).mode & 0o777, statSync(at('made-file')).mode & 0o777],
        [0o755, 0o644],
      );
    } finally {
      server.close();
    }
  });

  it('a device of the host can be used where it is mounted, and nowhere else', async () => {
    const name = readdirSync('/dev').find((each) => statSync(`/dev/${each}`).isBlockDevice());
    if (name === undefined) return;
    const { major, minor } = deviceIdentity(statSync(`/dev/${name}`));
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: device}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          volumeMounts: [{name: disk, mountPath: /dev/disk, readOnly: true}]
        - {name: other, image: localhost/busybox:latest, command: [sleep, "600"]}
        volumes: [{name: disk, hostPath: {path: /dev/${name}, type: BlockDevice}}]
    `);
    assert.equal(await sh('device-main', 'head -c 1 /dev/disk > /dev/null && echo open'), 'open');
    const made = `mknod /tmp/disk b ${major} ${minor} && head -c 1 /tmp/disk`;
    const closed = await machine.pod('exec', 'device-other', 'sh', '-c', made);
    assert.notEqual(closed.status, 0);
    assert.match(closed.stderr, /not permitted/);
  });

  it('an emptyDir on disk is shared by the containers of its pod, and by no other pod', async () => {
    const text = (name: string) => manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: ${name}}
      spec:
        containers:
        - {name: one, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: d, mountPath: /d}]}
        - {name: two, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: d, mountPath: /e, readOnly: true}]}
        volumes: [{name: d, emptyDir: {}}]
    `;
    await machine.play([text('shared'), text('apart')].join('---\n'));
    await sh('shared-one', 'echo hi > /d/f');
    assert.equal(
      await sh('shared-two', 'cat /e/f; touch /e/g 2>/dev/null || echo read-only'),
      'hi\nread-only',
    );
    assert.equal(await sh('apart-one', 'ls /d; stat -c %a /d'), '777');
  });

  it('subPath mounts a part, makes it where it is missing, and follows no link out', async () => {
    const folder = join(machine.folder, 'parts');
    mkdirSync(join(folder, 'a'), { recursive: true });
    writeFileSync(join(folder, 'a', 'file'), 'part');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: parts}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          volumeMounts:
          - {name: h, mountPath: /folder, subPath: a}
          - {name: h, mountPath: /one-file, subPath: a/file}
          - {name: h, mountPath: /new, subPath: b/c}
          - {name: e, mountPath: /empty, subPath: x}
        volumes: [{name: h, hostPath: {path: ${folder}}}, {name: e, emptyDir: {medium: Memory}}]
    `);
    assert.equal(
      await sh('parts-main', 'cat /folder/file /one-file; touch /new/f /empty/f; ls /new /empty'),
      'partpart/empty:\nf\n\n/new:\nf',
    );
    assert.ok(existsSync(join(folder, 'b', 'c', 'f')));
    symlinkSync('/etc', join(folder, 'out'));
    const { status, stderr } = await machine.pod(
      'play',
      'kube',
      machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: escape}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          volumeMounts: [{name: h, mountPath: /out, subPath: out/passwd}]
        volumes: [{name: h, hostPath: {path: ${folder}}}]
    `),
    );
    if (status === 0)
      assert.equal(await sh('escape-main', 'ls /out'), '', 'a folder of its own, not the file of the host');
    else assert.match(stderr, /out\/passwd/);
  });

  it('secret and configMap volumes have modes, items and options; projected ones join them', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Secret
      metadata: {name: secret}
      stringData: {user: anna, word: sesame}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: map}
      data: {a: "1", b: "2"}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: files}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          volumeMounts:
          - {name: plain, mountPath: /plain}
          - {name: moded, mountPath: /moded}
          - {name: absent, mountPath: /absent}
          - {name: joined, mountPath: /joined}
        volumes:
        - {name: plain, secret: {secretName: secret}}
        - {name: moded, secret: {secretName: secret, defaultMode: 0400, items: [{key: user, path: deep/user, mode: 0444}, {key: word, path: word}]}}
        - {name: absent, secret: {secretName: nothing, optional: true}}
        - name: joined
          projected:
            defaultMode: 0440
            sources:
            - secret: {name: secret, items: [{key: word, path: word}]}
            - configMap: {name: map}
            - configMap: {name: nothing, optional: true}
    `);
    const script =
      'stat -L -c "%a %u" /plain/user /moded/deep/user /moded/word /joined/word /joined/a; ls /absent; cat /plain/user /moded/deep/user; touch /plain/new 2>/dev/null || echo; echo read-only; df -T /plain | tail -n 1';
    const lines = (await sh('files-main', script)).split('\n');
    assert.deepEqual(lines.slice(0, 7), [
      '644 0',
      '444 0',
      '400 0',
      '440 0',
      '440 0',
      'annaanna',
      'read-only',
    ]);
    assert.match(lines[7] ?? '', /^tmpfs/);
  });

  it('a claim keeps its data over down and play, and loses it with --force', async () => {
    const file = machine.file(
      manifest`
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: kept, labels: {tier: data}}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: keeper}
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sh, -c, "echo x >> /k/runs; sleep 600"], volumeMounts: [{name: k, mountPath: /k}]}
        - {name: reader, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: r, mountPath: /k}]}
        volumes:
        - {name: k, persistentVolumeClaim: {claimName: kept}}
        - {name: r, persistentVolumeClaim: {claimName: kept, readOnly: true}}
    `,
      'claim.yaml',
    );
    assert.match(await machine.ok('play', 'kube', file), /^Volumes:\nkept\nPod:\n/);
    assert.equal(await sh('keeper-reader', 'touch /k/new 2>/dev/null || echo read-only'), 'read-only');
    await machine.ok('kube', 'down', file);
    assert.ok(machine.objects().includes('volume/default/kept'));
    await machine.ok('play', 'kube', file);
    assert.equal(await sh('keeper-main', 'wc -l < /k/runs'), '2');
    assert.match(await machine.ok('kube', 'down', '--force', file), /Volumes removed:\nkept\n/);
    assert.ok(!machine.objects().some((name) => name.endsWith('/kept')));
    await machine.ok('play', 'kube', file);
    assert.equal(await sh('keeper-main', 'wc -l < /k/runs'), '1');
  });

  it('a claim that pods of other manifests use stays, with its data, and down says so', async () => {
    const claim = manifest`
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: common}
      spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Mi}}}
    `;
    const user = (name: string) => manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: ${name}}
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: c, mountPath: /c}]}
        volumes: [{name: c, persistentVolumeClaim: {claimName: common}}]
    `;
    const file = machine.file([claim, user('owner')].join('---\n'), 'owner.yaml');
    await machine.ok('play', 'kube', file);
    await sh('owner-main', 'echo data > /c/f');
    await machine.play(user('guest'));
    const { status, stdout, stderr } = await machine.pod('kube', 'down', '--force', file);
    assert.equal(status, 125);
    assert.ok(!stdout.includes('common'), stdout);
    for (const word of ['common', 'guest']) assert.ok(stderr.includes(word), stderr);
    assert.equal((await machine.pod('pod', 'exists', 'owner')).status, 1);
    assert.equal(await sh('guest-main', 'cat /c/f'), 'data');
    assert.ok(machine.objects().includes('PersistentVolumeClaim/default/common'));
    await machine.ok('pod', 'rm', '--force', 'guest');
    await machine.ok('kube', 'down', '--force', file);
    assert.ok(!machine.objects().some((name) => name.endsWith('/common')));
  });

  it('mountPropagation lets later mounts of the host in, and those of a container out', async () => {
    const folder = join(machine.folder, 'spread');
    for (const name of ['', 'host', 'container']) mkdirSync(join(folder, name), { recursive: true });
    execFileSync('mount', ['--bind', folder, folder]);
    try {
      execFileSync('mount', ['--make-shared', folder]);
      await machine.play(manifest`
        apiVersion: v1
        kind: Pod
        metadata: {name: spread}
        spec:
          terminationGracePeriodSeconds: 0
          containers:
          - {name: in, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: h, mountPath: /h, mountPropagation: HostToContainer}]}
          - {name: none, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: h, mountPath: /h}]}
          - name: out
            image: localhost/busybox:latest
            command: [sleep, "600"]
            securityContext: {privileged: true}
            volumeMounts: [{name: h, mountPath: /h, mountPropagation: Bidirectional}]
          volumes: [{name: h, hostPath: {path: ${folder}}}]
      `);
      execFileSync('mount', ['-t', 'tmpfs', 'later', join(folder, 'host')]);
      writeFileSync(join(folder, 'host', 'seen'), '');
      await sh('spread-out', 'mount -t tmpfs later /h/container && touch /h/container/seen');
      assert.deepEqual(readdirSync(join(folder, 'container')), ['seen']);
      const seen = (container: string) => sh(container, 'cd /h; ls host container | grep seen | wc -l');
      assert.deepEqual(
        [await seen('spread-in'), await seen('spread-none'), await seen('spread-out')],
        ['2', '0', '2'],
      );
      await machine.ok('pod', 'rm', '--force', 'spread');
    } finally {
      execFileSync('umount', ['--recursive', folder]);
    }
  });

  it('mountPropagation Bidirectional is for privileged containers only', async () => {
    const file = machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: unprivileged}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          volumeMounts: [{name: h, mountPath: /h, mountPropagation: Bidirectional}]
        volumes: [{name: h, hostPath: {path: /tmp}}]
    `);
    const { status, stderr } = await machine.pod('play', 'kube', file);
    assert.equal(status, 125);
    assert.match(stderr, /app\.yaml:8:/);
  });
});
