import { strict as assert } from 'node:assert';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';

/** Cases of real bug reports about variables, and about how values get from text into them. */
describe('bug cases: environment', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** The variables of a container's main process. */
  const environment = async (container: string): Promise<Readonly<Record<string, string>>> => {
    const text = await machine.exec(container, 'cat', '/proc/1/environ');
    const entries = text.split('\0').filter((entry) => entry !== '');
    return Object.fromEntries(
      entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  };

  const has = (all: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>) =>
    assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, all[name]])), wanted);

  it('C01 a value holds "=" and spaces', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-eq
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          env:
          - {name: OPTS, value: "a=b c==d"}
    `);
    has(await environment('env-eq-main'), { OPTS: 'a=b c==d' });
  });

  it('C03 a double dollar collapses, an unknown reference stays', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-dollar
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          env:
          - {name: FOO, value: "a$$b"}
          - {name: BAR, value: "$$(FOO)"}
          - {name: BAZ, value: "$(NOPE)"}
          - {name: OPEN, value: "$(FOO"}
          - {name: THREE, value: "$$$(FOO)"}
    `);
    has(await environment('env-dollar-main'), {
      FOO: 'a$b',
      BAR: '$(FOO)',
      BAZ: '$(NOPE)',
      OPEN: '$(FOO',
      THREE: '$a$b',
    });
  });

  it('C04 a reference sees what came before it, and envFrom', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: env-order}
      data:
        FROMCM: cm
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-order
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "echo $(URL); sleep 600"]
          envFrom:
          - configMapRef: {name: env-order}
          env:
          - {name: EARLY, value: "$(LATE)"}
          - {name: LATE, value: "x"}
          - {name: URL, value: "http://$(LATE)-$(FROMCM)"}
    `);
    has(await environment('env-order-main'), { EARLY: '$(LATE)', LATE: 'x', URL: 'http://x-cm' });
    assert.equal(await machine.ok('logs', 'env-order-main'), 'http://x-cm\n');
  });

  it('C06 env beats envFrom, whichever is written first', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: env-prec}
      data:
        LEVEL: low
        KEEP: "1"
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-prec
      spec:
        containers:
        - name: first
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          env:
          - {name: LEVEL, value: high}
          envFrom:
          - configMapRef: {name: env-prec}
        - name: last
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          envFrom:
          - configMapRef: {name: env-prec}
          env:
          - {name: LEVEL, value: high}
    `);
    has(await environment('env-prec-first'), { LEVEL: 'high', KEEP: '1' });
    has(await environment('env-prec-last'), { LEVEL: 'high', KEEP: '1' });
  });

  it('C07 a later envFrom source beats an earlier one, and prefixes are applied', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: one}
      data:
        K: a
        ONLY: "1"
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: two}
      data:
        K: b
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-two
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          envFrom:
          - configMapRef: {name: one}
          - configMapRef: {name: two}
          - prefix: P_
            configMapRef: {name: one}
    `);
    has(await environment('env-two-main'), { K: 'b', ONLY: '1', P_K: 'a', P_ONLY: '1' });
  });

  it('C09 an optional key that is missing leaves the variable out', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: some}
      data:
        A: "1"
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-opt
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          env:
          - {name: A, valueFrom: {configMapKeyRef: {name: some, key: A}}}
          - {name: MISS, valueFrom: {configMapKeyRef: {name: some, key: nope, optional: true}}}
          - {name: MISS2, valueFrom: {secretKeyRef: {name: none, key: k, optional: true}}}
          envFrom:
          - secretRef: {name: none, optional: true}
    `);
    const all = await environment('env-opt-main');
    assert.equal(all['A'], '1');
    assert.deepEqual([all['MISS'], all['MISS2']], [undefined, undefined]);
  });

  it('C13 of a name given twice the last value holds, with one warning', async () => {
    const file = machine.file(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-dup
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          env:
          - {name: MODE, value: a}
          - {name: REF, value: "$(MODE)"}
          - {name: MODE, value: b}
    `);
    const { status, stderr } = await machine.pod('play', 'kube', file);
    assert.equal(status, 0, stderr);
    assert.deepEqual(stderr.match(/app\.yaml:\d+/g), ['app.yaml:13']);
    assert.match(stderr, /MODE.*line 11/);
    has(await environment('env-dup-main'), { MODE: 'b', REF: 'a' });
  });

  it('C15 variables of the image stay, those of the manifest win', async () => {
    await machine.image('localhost/keep:1', 'ENV KEEP=img', 'ENV PATH=/bin');
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-img
      spec:
        containers:
        - name: main
          image: localhost/keep:1
          command: [sh, -c, "sleep 600"]
          env:
          - {name: PATH, value: /custom:/bin}
    `);
    has(await environment('env-img-main'), { KEEP: 'img', PATH: '/custom:/bin' });
  });

  it('C16 of a ConfigMap only the texts become variables', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: env-bin}
      data: {TEXT: hi}
      binaryData: {BYTES: AAH+/w==}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: env-bin
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          envFrom: [{configMapRef: {name: env-bin}}]
    `);
    const all = await environment('env-bin-main');
    assert.deepEqual([all['TEXT'], all['BYTES']], ['hi', undefined]);
  });

  it('C88 labels and annotations of a template reach the pod', async () => {
    await machine.play(manifest`
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: tl}
      spec:
        selector:
          matchLabels: {app: tl}
        template:
          metadata:
            labels: {app: tl, tier: web}
            annotations: {team.test/x: "1"}
          spec:
            containers:
            - name: main
              image: localhost/busybox:latest
              command: [sh, -c, "sleep 600"]
              env:
              - {name: X, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['team.test/x']"}}}
              - {name: TIER, valueFrom: {fieldRef: {fieldPath: "metadata.labels['tier']"}}}
              - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    `);
    has(await environment('tl-pod-main'), { X: '1', TIER: 'web', APP: 'tl' });
    assert.equal(
      await machine.ok('pod', 'ps', '--filter', 'label=tier=web', '--format', '{{.Name}}'),
      'tl-pod\n',
    );
  });

  it('C93 a List is taken apart', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: List
      items:
      - apiVersion: v1
        kind: ConfigMap
        metadata: {name: l}
        data: {A: "1"}
      - apiVersion: v1
        kind: Pod
        metadata: {name: lp}
        spec:
          containers:
          - {name: main, image: localhost/busybox:latest, command: [sleep, "600"], envFrom: [{configMapRef: {name: l}}]}
    `);
    has(await environment('lp-main'), { A: '1' });
  });

  it('C96 a byte order mark before any document does no harm', async () => {
    const text = manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: b1}
      data: {A: "1"}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: bom}
      spec:
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"], envFrom: [{configMapRef: {name: b1}}]}
    `;
    await machine.play(text.replaceAll('apiVersion', '\uFEFFapiVersion'));
    has(await environment('bom-main'), { A: '1' });
  });

  it('C99 anchors, aliases and merge keys', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: anc}
      spec:
        containers:
        - &base
          name: a
          image: localhost/busybox:latest
          command: [sleep, "600"]
          env: &env [{name: A, value: "1"}]
        - <<: *base
          name: b
          env: *env
    `);
    has(await environment('anc-a'), { A: '1' });
    has(await environment('anc-b'), { A: '1' });
  });

  it('C100 scalars of YAML 1.1 are read as Kubernetes reads them', async () => {
    const file = machine.file(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: m}
      data: {a: x}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: y11
      spec:
        securityContext: {runAsUser: 0100}
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          stdin: yes
          tty: on
          volumeMounts: [{name: v, mountPath: /c, readOnly: y}]
        volumes: [{name: v, configMap: {name: m, optional: True, defaultMode: 0o400}}]
    `);
    const { status, stderr } = await machine.pod('play', 'kube', file);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /app\.yaml:11:/);
    assert.equal(await machine.exec('y11-main', 'id', '-u'), '64');
    assert.equal(await machine.exec('y11-main', 'stat', '-L', '-c', '%a', '/c/a'), '400');
    assert.match(await machine.exec('y11-main', 'readlink', '/proc/1/fd/0'), /^\/dev\/pts\//);
  });
});
