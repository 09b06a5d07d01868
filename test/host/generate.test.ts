import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Drivers } from '../../src/contracts/drivers.ts';
import { createEngine } from '../../src/engine.ts';
import { readManifests } from '../../src/kube/read.ts';
import type { KubeObject } from '../../src/kube/wire.ts';
import { writeYaml } from '../../src/kube/write.ts';
import { generate } from '../../src/play/generate.ts';
import { play } from '../../src/play/play.ts';
import { prepare } from '../../src/play/prepare.ts';
import { takeDown } from '../../src/play/take-down.ts';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';
import { pods, startablePods } from './pod-arbitrary.ts';

const CASES = 60;
const STARTED = 4;

describe('generate', () => {
  let machine: Machine;
  let drivers: Drivers;
  before(async () => {
    machine = await Machine.create();
    const flags = { root: machine.root, runroot: machine.runroot };
    drivers = await (await createEngine({ flags, env: process.env, cwd: '/', uid: 0 })).drivers();
  });
  after(() => machine[Symbol.asyncDispose]());

  /** Plays a text that is strictly valid, generates its objects and takes them down again. */
  const round = async (text: string, start: boolean): Promise<string> => {
    const { plan } = await prepare(drivers.store.objects, {
      files: [{ name: 'app.yaml', text, folder: machine.folder }],
      configMaps: [],
      validate: 'strict',
      options: { networks: [], publish: [], annotations: {} },
    });
    const source = 'app.yaml';
    await play(drivers, { plan, source, start, replace: false, noPodPrefix: false, warn: () => undefined });
    try {
      const { objects } = await generate(
        drivers,
        plan.pods.map(({ pod }) => pod.metadata.name ?? ''),
      );
      return writeYaml(objects);
    } finally {
      await takeDown(drivers, plan, { volumes: true, objects: true, graceSeconds: 0 });
    }
  };

  it('gives back every valid pod as it was written, again and again', async function () {
    this.timeout(300_000);
    await fc.assert(
      fc.asyncProperty(pods, async (pod) => {
        const first = await round(JSON.stringify(pod), false);
        assert.deepEqual(read(first), [pod]);
        assert.equal(await round(first, false), first);
      }),
      { numRuns: CASES },
    );
  });

  it('gives back pods that run as it gives back those that do not', async function () {
    this.timeout(300_000);
    await fc.assert(
      fc.asyncProperty(startablePods, async (pod) => {
        const first = await round(JSON.stringify(pod), true);
        assert.deepEqual(read(first), [pod]);
      }),
      { numRuns: STARTED, endOnFailure: true },
    );
  });

  it('never writes what secrets hold, and tells that they are left out', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: Secret
      metadata: {name: token}
      stringData: {k: hunter-7731}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: secretive}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          envFrom: [{secretRef: {name: token}}]
          volumeMounts: [{name: t, mountPath: /t}]
        volumes: [{name: t, secret: {secretName: token}}]
    `);
    const text = await machine.ok('generate', 'kube', 'secretive');
    for (const value of ['hunter-7731', Buffer.from('hunter-7731').toString('base64')])
      assert.ok(!text.includes(value), text);
    assert.match(text, /^#.*Secret token/m);
    assert.equal(read(text).length, 1);
  });

  it('finds pods by id, brings ConfigMaps and claims with them, and each object once', async () => {
    await machine.play(manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: both}
      data: {a: "1"}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: one}
      spec:
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"], envFrom: [{configMapRef: {name: both}}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: two}
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sleep, "600"]
          envFrom: [{configMapRef: {name: both}}]
          volumeMounts: [{name: d, mountPath: /d}]
        volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]
    `);
    const id = (await machine.ok('pod', 'ps', '--filter', 'name=two', '--format', '{{.Id}}')).trim();
    const text = await machine.ok('kube', 'generate', 'one', id);
    assert.deepEqual(
      read(text)
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
        .sort(),
      ['ConfigMap/both', 'PersistentVolumeClaim/data', 'Pod/one', 'Pod/two'],
    );
    assert.ok(!/status:|uid:|creationTimestamp|resourceVersion|null/.test(text), text);
  });

  it('makes of a Deployment one with its replicas, and of its pod one without traces of it', async () => {
    const text = manifest`
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: fleet
      spec:
        replicas: 2
        selector:
          matchLabels: {app: fleet}
        template:
          metadata:
            labels: {app: fleet}
          spec:
            containers:
            - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `;
    await machine.play(text, '--start=false');
    assert.deepEqual(read(await machine.ok('generate', 'kube', 'fleet')), read(text));
    const [pod] = read(await machine.ok('generate', 'kube', 'fleet-pod-1'));
    assert.deepEqual(pod?.metadata, { name: 'fleet-pod-1', labels: { app: 'fleet' } });
  });

  it('writes a new file, and no file twice', async () => {
    await machine.play(
      manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: filed}
      spec:
        containers:
        - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `,
      '--start=false',
    );
    const file = join(machine.folder, 'generated.yaml');
    assert.equal(await machine.ok('generate', 'kube', 'filed', '-f', file), '');
    const text = readFileSync(file, 'utf8');
    assert.equal(text, await machine.ok('generate', 'kube', 'filed'));
    const { status, stderr } = await machine.pod('generate', 'kube', 'filed', '-f', file);
    assert.equal(status, 125);
    assert.ok(stderr.includes(file), stderr);
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  it('refuses names of nothing, and of containers', async () => {
    assert.equal((await machine.pod('generate', 'kube', 'nothing')).status, 125);
    const { status, stderr } = await machine.pod('generate', 'kube', 'one-main');
    assert.equal(status, 125);
    assert.match(stderr, /one-main/);
  });
});

function read(text: string): readonly KubeObject[] {
  return readManifests([{ name: 'app.yaml', text, folder: '/' }], { validate: 'strict' }).objects.map(
    ({ object }) => object,
  );
}
