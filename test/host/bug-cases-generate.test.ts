import { strict as assert } from 'node:assert';
import { readManifests } from '../../src/kube/read.ts';
import { freePort } from './free-port.ts';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';

/** Cases of real bug reports about what generate gives back, and about taking down. */
describe('bug cases: generate and down', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** Plays a manifest and returns what generate makes of it, as text and as data. */
  const round = async (text: string, name: string) => {
    await machine.ok('play', 'kube', '--replace', machine.file(text));
    const generated = await machine.ok('generate', 'kube', name);
    return { generated, objects: read(generated) };
  };

  it('C37 two mounts of host folders keep their own names', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: rt-binds
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          volumeMounts:
          - {name: root, mountPath: /host, readOnly: true}
          - {name: home, mountPath: /home, readOnly: true}
        volumes:
        - {name: root, hostPath: {path: /}}
        - {name: home, hostPath: {path: /root}}
    `;
    assert.deepEqual((await round(text, 'rt-binds')).objects, read(text));
  });

  it('C55 of a privileged container only that is given back', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: rt-priv
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          securityContext: {privileged: true}
    `;
    assert.deepEqual((await round(text, 'rt-priv')).objects, read(text));
  });

  it('C106 only what was asked comes back, and it plays again to the same', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: rt-min
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          ports: [{containerPort: 80}]
    `;
    const first = await round(text, 'rt-min');
    assert.deepEqual(first.objects, read(text));
    await machine.ok('pod', 'rm', '--force', '--time', '0', 'rt-min');
    await machine.ok('play', 'kube', '--validate=strict', machine.file(first.generated));
    assert.equal(await machine.ok('generate', 'kube', 'rt-min'), first.generated);
    await machine.ok('pod', 'rm', '--force', '--time', '0', 'rt-min');
  });

  it('C108 host names, aliases, DNS and ports come back', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: rt-net
      spec:
        terminationGracePeriodSeconds: 0
        hostname: hh
        hostAliases: [{ip: 192.0.2.1, hostnames: [a.test]}]
        dnsConfig: {nameservers: [192.0.2.2], searches: [s.test], options: [{name: ndots, value: "3"}]}
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          ports: [{containerPort: 53, hostPort: ${await freePort()}, hostIP: 127.0.0.1, protocol: UDP}]
    `;
    assert.deepEqual((await round(text, 'rt-net')).objects, read(text));
    const host = text
      .replace(/ports:.*/, 'tty: true')
      .replace('containers:', 'hostNetwork: true\n  containers:');
    assert.deepEqual((await round(host, 'rt-net')).objects, read(host));
  });

  it('C109 the security context and resources come back as they were written', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: rt-sec
      spec:
        terminationGracePeriodSeconds: 0
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          resources: {limits: {memory: 64Mi, cpu: 250m}, requests: {memory: 32Mi}}
          securityContext: {runAsUser: 1000, runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [CHOWN]}}
    `;
    assert.deepEqual((await round(text, 'rt-sec')).objects, read(text));
  });

  it('C114 down takes what is there, in any state, and nothing else', async () => {
    const file = machine.file(
      manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: dc}
      data:
        a: "1"
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: ds}
      stringData: {k: v}
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: dn
      spec:
        terminationGracePeriodSeconds: 1
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: dn2}
      spec:
        selector:
          matchLabels: {app: dn2}
        template:
          metadata:
            labels: {app: dn2}
          spec:
            terminationGracePeriodSeconds: 1
            containers:
            - name: main
              image: localhost/busybox:latest
              command: [sh, -c, "sleep 600"]
    `,
      'down.yaml',
    );
    await machine.play(manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: dn-other
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
    `);
    await machine.ok('play', 'kube', file);
    const id = (
      await machine.ok('pod', 'ps', '--no-trunc', '--filter', 'name=dn2', '--format', '{{.Id}}')
    ).trim();
    await machine.ok('pod', 'rm', '--force', '--time', '0', 'dn');
    const said = await machine.ok('kube', 'down', file);
    for (const word of [id, 'ds', 'ConfigMap/dc', 'Deployment/dn2']) assert.ok(said.includes(word), said);
    const again = await machine.ok('kube', 'down', file);
    for (const word of [id, 'ConfigMap/dc']) assert.ok(!again.includes(word), again);
    const pods = await machine.ok('pod', 'ps', '--format', '{{.Name}}');
    assert.deepEqual(
      pods.split('\n').filter((name) => name.startsWith('dn')),
      ['dn-other'],
    );
  });
});

/** The objects of a manifest that passes strict validation. */
function read(text: string): readonly unknown[] {
  return readManifests([{ name: 'app.yaml', text }], { validate: 'strict' }).objects.map(
    ({ object }) => object,
  );
}
