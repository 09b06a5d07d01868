import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';

/** Cases of real bug reports about ConfigMaps, Secrets and other volumes. */
describe('bug cases: volumes', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** What a shell in a container prints. */
  const sh = (container: string, script: string) => machine.exec(container, 'sh', '-c', script);

  it('C16 binaryData is mounted byte for byte', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: bin}
      data: {t.txt: hi}
      binaryData: {b.bin: AAH+/w==}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: cm-bin
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          volumeMounts: [{name: v, mountPath: /c}]
        volumes: [{name: v, configMap: {name: bin}}]
    `);
    assert.equal(await sh('cm-bin-main', 'xxd -p /c/b.bin; cat /c/t.txt; ls /c'), '0001feff\nhib.bin\nt.txt');
  });

  it('C18 an optional item that is missing leaves no file', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: cm-nokey}
      data:
        a: "1"
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: cm-nokey
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          volumeMounts: [{name: v, mountPath: /c}]
        volumes:
        - name: v
          configMap: {name: cm-nokey, optional: true, items: [{key: zzz, path: z}, {key: a, path: sub/a}]}
    `);
    assert.equal(await sh('cm-nokey-main', 'ls /c; cat /c/sub/a'), 'sub\n1');
  });

  it('C19 modes may be octal, decimal and of one file', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: cm-mode}
      data:
        a: "1"
        b: "2"
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: cm-mode
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          volumeMounts: [{name: v, mountPath: /c}, {name: w, mountPath: /d}, {name: x, mountPath: /e}, {name: z, mountPath: /f}]
        volumes:
        - name: v
          configMap: {name: cm-mode, defaultMode: 0440, items: [{key: a, path: a}, {key: b, path: b, mode: 0600}]}
        - {name: w, configMap: {name: cm-mode, defaultMode: 256}}
        - {name: x, configMap: {name: cm-mode, defaultMode: 0o444}}
        - {name: z, configMap: {name: cm-mode}}
    `);
    assert.equal(
      await sh('cm-mode-main', 'stat -L -c %a /c/a /c/b /d/a /e/a /f/a'),
      '440\n600\n400\n444\n644',
    );
  });

  it('C21 subPath mounts one file, keeps its neighbours, and does not follow changes', async () => {
    const text = manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: cm-subpath}
      data:
        resolv.tmp: "x"
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: cm-subpath
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          volumeMounts: [{name: v, mountPath: /etc/extra.conf, subPath: resolv.tmp}]
        volumes: [{name: v, configMap: {name: cm-subpath}}]
    `;
    await machine.play(text);
    await machine.play(text.slice(0, text.indexOf('---')).replace('"x"', '"y"'));
    assert.equal(
      await sh(
        'cm-subpath-main',
        'stat -c %F /etc/extra.conf; cat /etc/extra.conf; echo; head -n 1 /etc/passwd',
      ),
      'regular file\nx\nroot:x:0:0:root:/root:/bin/sh',
    );
  });

  it('C24 stringData wins over data, without an end of line', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Secret
      metadata: {name: sec-sd}
      type: Opaque
      data: {u: b2xk, p: cGFzcw==}
      stringData: {u: new}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: sec-sd
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          envFrom: [{secretRef: {name: sec-sd}}]
          volumeMounts: [{name: v, mountPath: /s, readOnly: true}]
        volumes: [{name: v, secret: {secretName: sec-sd}}]
    `);
    assert.equal(
      await sh('sec-sd-main', 'echo "$u $p"; cat /s/u /s/p; echo; touch /s/n 2>/dev/null || echo read-only'),
      'new pass\nnewpass\nread-only',
    );
  });

  it('C27 values of a Secret are in the container only', async () => {
    const file = machine.file(
      manifest`
      apiVersion: v1
      kind: Secret
      metadata: {name: sec-leak}
      stringData: {k: hunter-7731}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: sec-leak
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          env: [{name: K, valueFrom: {secretKeyRef: {name: sec-leak, key: k}}}]
    `,
      'leak.yaml',
    );
    const commands = [
      ['play', 'kube', '--dry-run', file],
      ['play', 'kube', file],
      ['play', 'kube', file],
      ['ps', '-a', '--no-trunc', '--format', 'json'],
      ['pod', 'ps', '--no-trunc', '--format', 'json'],
      ['generate', 'kube', 'sec-leak'],
      ['inspect', 'sec-leak-main'],
      ['pod', 'inspect', 'sec-leak'],
    ];
    for (const command of commands) {
      const { stdout, stderr } = await machine.run(command, { env: { DEBUG: '*' } });
      for (const value of ['hunter-7731', Buffer.from('hunter-7731').toString('base64')])
        assert.ok(!(stdout + stderr).includes(value), command.join(' '));
    }
    assert.equal(await sh('sec-leak-main', 'echo $K'), 'hunter-7731');
    assert.match(
      await machine.ok('generate', 'kube', 'sec-leak'),
      /secretKeyRef:\n\s+name: sec-leak\n\s+key: k\n/,
    );
    const held = readdirSync(join(machine.root, 'pod'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('/containers/'))
      .map((entry) => join(entry.parentPath, entry.name));
    for (const path of held.filter((name) => name.includes('/Secret/')))
      assert.equal(statSync(path).mode & 0o077, 0, path);
  });

  it('C28 an immutable ConfigMap changes only with --replace', async () => {
    const text = manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: fixed}
      immutable: true
      data: {a: "1"}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: fixed}
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          volumeMounts: [{name: v, mountPath: /c}]
        volumes: [{name: v, configMap: {name: fixed}}]
    `;
    await machine.play(text);
    const map = text.slice(0, text.indexOf('---'));
    await machine.play(map);
    const { status, stderr } = await machine.pod('play', 'kube', machine.file(map.replace('"1"', '"2"')));
    assert.equal(status, 125);
    assert.match(stderr, /fixed is immutable/);
    assert.equal(await sh('fixed-main', 'cat /c/a'), '1');
    await machine.play(text.replace('"1"', '"2"'), '--replace');
    assert.equal(await sh('fixed-main', 'cat /c/a'), '2');
  });

  describe('C30 a hostPath is checked against its type', () => {
    const wrong: readonly [type: string, path: string][] = [
      ['Directory', 'absent'],
      ['File', 'absent'],
      ['File', 'folder'],
      ['Directory', 'file'],
      ['DirectoryOrCreate', 'file'],
      ['FileOrCreate', 'folder'],
      ['Socket', 'file'],
      ['CharDevice', 'file'],
      ['BlockDevice', 'file'],
      ['FileOrCreate', 'absent/file'],
    ];
    before(() => {
      mkdirSync(join(machine.folder, 'folder'));
      writeFileSync(join(machine.folder, 'file'), '');
    });
    for (const [type, name] of wrong) {
      it(`${type} on ${name}`, async () => {
        const path = join(machine.folder, name);
        const file = machine.file(manifest`
          apiVersion: v1
          kind: Pod
          metadata:
            name: hp-type
          spec:
            containers:
            - name: main
              image: localhost/busybox:latest
              command: [sh, -c, "sleep 600"]
              volumeMounts: [{name: h, mountPath: /h}]
            volumes:
            - name: h
              hostPath: {path: ${path}, type: ${type}}
        `);
        const { status, stderr } = await machine.pod('play', 'kube', file);
        assert.equal(status, 125);
        for (const word of ['volume h', machine.folder, type]) assert.ok(stderr.includes(word), stderr);
        assert.equal(existsSync(join(machine.folder, 'absent')), false);
        assert.equal((await machine.pod('pod', 'exists', 'hp-type')).status, 1);
      });
    }
  });

  it('C31 a relative hostPath starts at the folder of the file', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: hp-rel
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "echo here > /h/f; sleep 600"]
          volumeMounts: [{name: h, mountPath: /h}]
        volumes: [{name: h, hostPath: {path: ./data, type: DirectoryOrCreate}}]
    `;
    machine.file(text, 'relative.yaml');
    const { status, stderr } = await machine.run(['play', 'kube', 'relative.yaml'], { cwd: machine.folder });
    assert.equal(status, 0, stderr);
    assert.equal(stderr.match(/relative\.yaml:\d+/g)?.length, 1, stderr);
    assert.equal(await sh('hp-rel-main', 'cat /h/f'), 'here');
    assert.ok(existsSync(join(machine.folder, 'data', 'f')));
    assert.match(await machine.ok('generate', 'kube', 'hp-rel'), /path: \.\/data$/m);
    const fromInput = await machine.run(['play', 'kube', '-'], { stdin: text.replaceAll('hp-rel', 'hp-in') });
    assert.equal(fromInput.status, 125);
    const above = machine.file(text.replaceAll('hp-rel', 'hp-up').replace('./data', '../data'), 'above.yaml');
    assert.equal((await machine.pod('play', 'kube', above)).status, 125);
  });

  it('C33 a mount with a slash at its end replaces the image VOLUME', async () => {
    await machine.image('localhost/volume:1', 'VOLUME /data');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: vm-slash
      spec:
        containers:
        - name: main
          image: localhost/volume:1
          command: [sh, -c, "sleep 600"]
          volumeMounts: [{name: e, mountPath: /data/}]
        volumes: [{name: e, emptyDir: {medium: Memory}}]
    `);
    assert.match(
      await sh('vm-slash-main', 'grep " /data " /proc/self/mountinfo'),
      /^[^\n]* \/data [^\n]* tmpfs [^\n]*$/,
    );
  });

  it('C34 an emptyDir in memory is one for the pod, of a bounded size, and goes with it', async () => {
    const file = machine.file(
      manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: ed-mem}
      spec:
        terminationGracePeriodSeconds: 0
        initContainers:
        - {name: seed, image: localhost/busybox:latest, command: [sh, -c, "test ! -e /m/f && echo hi >/m/f"], volumeMounts: [{name: m, mountPath: /m}]}
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: m, mountPath: /m}]}
        - {name: side, image: localhost/busybox:latest, command: [sleep, "600"], volumeMounts: [{name: m, mountPath: /n}]}
        volumes:
        - name: m
          emptyDir: {medium: Memory, sizeLimit: 8Mi}
    `,
      'memory.yaml',
    );
    await machine.ok('play', 'kube', file);
    assert.equal(
      await sh('ed-mem-main', "stat -f -c %T /m; cat /m/f; df -k /m | awk 'NR == 2 {print $2}'"),
      'tmpfs\nhi\n8192',
    );
    assert.equal(await sh('ed-mem-side', 'cat /n/f'), 'hi');
    const written = await machine.pod(
      'exec',
      'ed-mem-side',
      'dd',
      'if=/dev/zero',
      'of=/n/big',
      'bs=1M',
      'count=9',
    );
    assert.equal(written.status, 1);
    assert.match(written.stderr, /No space left on device/);
    await machine.ok('restart', '--time', '0', 'ed-mem-main');
    assert.equal(await sh('ed-mem-main', 'cat /m/f'), 'hi');
    await machine.ok('kube', 'down', file);
    await machine.ok('play', 'kube', file);
    assert.equal(await sh('ed-mem-main', 'ls /m'), 'f');
  });
});
