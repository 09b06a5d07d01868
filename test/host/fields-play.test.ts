import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';
import { until } from './until.ts';

const sleeper = (name: string, rest = '') => manifest`
  apiVersion: v1
  kind: Pod
  metadata: {name: ${name}}
  spec:
    terminationGracePeriodSeconds: 0
    containers:
    - name: main
      image: localhost/busybox:latest
      command: [sleep, "600"]
      ${rest}
`;

/** What can be asked of `play kube` and `kube down` beyond the manifest. */
describe('fields of play', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  const sh = (container: string, script: string) => machine.exec(container, 'sh', '-c', script);
  const exists = async (pod: string) => (await machine.pod('pod', 'exists', pod)).status === 0;

  it('--dry-run prints the plan and touches nothing', async () => {
    const untouched = join(machine.folder, 'untouched');
    const file = machine.file(
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\ndata: {a: "1"}\n',
        sleeper('dry', `ports: [{containerPort: 80, hostPort: 18080, hostIP: 127.0.0.1}]`),
      ].join('---\n'),
    );
    const flags = ['--root', join(untouched, 'root'), '--runroot', join(untouched, 'run')];
    const { status, stdout, stderr } = await machine.run([...flags, 'play', 'kube', '--dry-run', file]);
    assert.equal(status, 0, stderr);
    for (const words of [
      'ConfigMap',
      'default/map',
      'default/dry',
      'main',
      'localhost/busybox:latest',
      '127.0.0.1:18080',
    ])
      assert.ok(stdout.includes(words), stdout);
    assert.equal(existsSync(untouched), false);
  });

  it('reads standard input, URLs and several files', async () => {
    const fromInput = await machine.run(['play', 'kube', '-'], { stdin: sleeper('from-input') });
    assert.equal(fromInput.status, 0, fromInput.stderr);
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/app.yaml' ? 200 : 404;
      response.end(sleeper('from-url'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await machine.ok('play', 'kube', `${url}/app.yaml`);
      const missing = await machine.pod('play', 'kube', `${url}/nothing.yaml`);
      assert.equal(missing.status, 125);
      assert.match(missing.stderr, /404/);
    } finally {
      server.close();
    }
    await machine.ok(
      'play',
      'kube',
      machine.file(sleeper('first-file'), 'first.yaml'),
      machine.file(sleeper('second-file'), 'second.yaml'),
    );
    for (const name of ['from-input', 'from-url', 'first-file', 'second-file'])
      assert.ok(await exists(name), name);
  });

  it('--configmap brings ConfigMaps in, and nothing else', async () => {
    const map = machine.file(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: given}\ndata: {A: "1"}\n',
      'map.yaml',
    );
    const file = machine.file(sleeper('configured', 'envFrom: [{configMapRef: {name: given}}]'));
    assert.equal((await machine.pod('play', 'kube', file)).status, 125);
    await machine.ok('play', 'kube', '--configmap', map, file);
    assert.equal(await sh('configured-main', 'echo $A'), '1');
    const other = await machine.pod('play', 'kube', '--configmap', file, machine.file(sleeper('other')));
    assert.equal(other.status, 125);
    assert.equal(await exists('other'), false);
  });

  it('--annotation, --no-pod-prefix and --quiet', async () => {
    const text = sleeper(
      'annotated',
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: "metadata.annotations[\'team.test/x\']"}}}]',
    ).replace('name: main', 'name: alone');
    const { status, stderr } = await machine.pod(
      'play',
      'kube',
      '--quiet',
      '--annotation',
      'team.test/x=y=z',
      '--no-pod-prefix',
      machine.file(text),
    );
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.equal(await sh('alone', 'echo $A'), 'y=z');
    assert.equal((await machine.pod('exec', 'annotated-alone', 'true')).status, 125);
  });

  it('--publish adds host ports, to the named container port or to the first container', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const text = sleeper('published', 'ports: [{containerPort: 80}]').replace(
      '[sleep, "600"]',
      '[httpd, -f, -p, "80", -h, /etc]',
    );
    await machine.play(text, '--publish', `127.0.0.1:${port}:80`, '--publish', `${other}:81`);
    const answer = await until(
      () =>
        fetch(`http://127.0.0.1:${port}/hostname`).then(
          (response) => response.text(),
          () => '',
        ),
      (seen) => seen !== '',
    );
    assert.equal(answer.trim(), 'published');
    assert.deepEqual((await machine.ok('port', 'published-main')).trim().split('\n').sort(), [
      `80/tcp -> 127.0.0.1:${port}`,
      `81/tcp -> 0.0.0.0:${other}`,
    ]);
  });

  it('--network none has nothing but loopback, host is the host', async () => {
    await machine.play(sleeper('lonely'), '--network', 'none');
    assert.equal(await sh('lonely-main', 'ls /sys/class/net; ip route'), 'lo');
    await machine.play(sleeper('hosted'), '--network=host');
    assert.deepEqual(
      (await sh('hosted-main', 'ls /sys/class/net'))
        .split('\n')
        .filter((name) => !/^(pod|veth)/.test(name))
        .sort(),
      readdirSync('/sys/class/net')
        .filter((name) => !/^(pod|veth)/.test(name))
        .sort(),
    );
    const unknown = await machine.pod('play', 'kube', '--network', 'nowhere', machine.file(sleeper('lost')));
    assert.equal(unknown.status, 125);
    assert.match(unknown.stderr, /nowhere/);
    assert.equal(await exists('lost'), false);
  });

  it('--start=false makes the pod, and pod start runs it', async () => {
    await machine.play(sleeper('waiting'), '--start=false');
    assert.equal(
      await machine.ok('pod', 'ps', '--filter', 'name=waiting', '--format', '{{.Status}}'),
      'Created\n',
    );
    assert.equal((await machine.pod('exec', 'waiting-main', 'true')).status, 125);
    await machine.ok('pod', 'start', 'waiting');
    assert.equal(
      await machine.ok('pod', 'ps', '--filter', 'name=waiting', '--format', '{{.Status}}'),
      'Running\n',
    );
    assert.equal(await sh('waiting-main', 'hostname'), 'waiting');
  });

  it('a pod that is there is an error, and --replace makes it anew', async () => {
    const file = machine.file(sleeper('again'));
    await machine.ok('play', 'kube', file);
    const id = () => machine.ok('pod', 'ps', '--filter', 'name=again', '--format', '{{.Id}}');
    const first = await id();
    const { status, stderr } = await machine.pod('play', 'kube', file);
    assert.equal(status, 125);
    for (const word of ['again', '--replace']) assert.ok(stderr.includes(word), stderr);
    assert.equal(await id(), first);
    await machine.ok('play', 'kube', '--replace', file);
    assert.notEqual(await id(), first);
  });

  it('--wait stays until the pods have ended, exits as they did, and removes all of it', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Secret
      metadata: {name: waited}
      stringData: {k: v}
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: waited}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: waited}
      spec:
        restartPolicy: Never
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 1; exit 7"]
          volumeMounts: [{name: v, mountPath: /v}]
        volumes: [{name: v, persistentVolumeClaim: {claimName: waited}}]
    `;
    const file = machine.file(text);
    assert.equal((await machine.pod('play', 'kube', '--wait', file)).status, 7);
    assert.deepEqual(
      machine.objects().filter((name) => name.endsWith('/waited')),
      [],
    );
    const fine = machine.file(text.replace('exit 7', 'exit 0'));
    assert.equal((await machine.pod('play', 'kube', '--wait', fine)).status, 0);
  });

  it('Ctrl-C ends --wait, and takes down what it made', async () => {
    const child = machine.start(['play', 'kube', '--wait', machine.file(sleeper('interrupted'))]);
    try {
      await until(
        () => machine.ok('pod', 'ps', '--filter', 'name=interrupted', '--format', '{{.Status}}'),
        (status) => status === 'Running\n',
      );
      child.kill('SIGINT');
      await once(child, 'exit');
      assert.equal(await exists('interrupted'), false);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('play kube --down is kube down', async () => {
    const file = machine.file(sleeper('to-down'));
    await machine.ok('play', 'kube', file);
    await machine.ok('play', 'kube', '--down', file);
    assert.equal(await exists('to-down'), false);
    const fromInput = await machine.run(['kube', 'down', '-'], { stdin: sleeper('from-input') });
    assert.equal(fromInput.status, 0, fromInput.stderr);
    assert.equal(await exists('from-input'), false);
  });

  it('a Deployment makes its replicas, and down removes all of them', async () => {
    const file = machine.file(manifest`
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: three, namespace: team}
      spec:
        replicas: 3
        selector:
          matchLabels: {app: three}
        template:
          metadata:
            labels: {app: three}
          spec:
            terminationGracePeriodSeconds: 0
            containers:
            - {name: main, image: localhost/busybox:latest, command: [sleep, "600"]}
    `);
    await machine.ok('play', 'kube', file);
    const names = async () =>
      (await machine.ok('pod', 'ps', '--filter', 'label=app=three', '--format', '{{.Name}}'))
        .trim()
        .split('\n')
        .sort();
    assert.deepEqual(await names(), ['team/three-pod', 'team/three-pod-1', 'team/three-pod-2']);
    assert.equal(await machine.exec('team/three-pod-2-main', 'hostname'), 'three-pod-2');
    await machine.ok('kube', 'down', file);
    assert.deepEqual(await names(), ['']);
  });

  it('a manifest that fails half-way leaves nothing of its own, and all that was there', async () => {
    const port = await freePort();
    await machine.play(sleeper('holder', `ports: [{containerPort: 80, hostPort: ${port}}]`));
    const file = machine.file(
      [
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: undone}\ndata: {a: "1"}\n',
        'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: undone}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}\n',
        sleeper('undone'),
        sleeper('undone-2', `ports: [{containerPort: 80, hostPort: ${port}}]`),
      ].join('---\n'),
    );
    const { status, stderr } = await machine.pod('play', 'kube', file);
    assert.equal(status, 125);
    for (const word of [String(port), 'holder']) assert.ok(stderr.includes(word), stderr);
    assert.deepEqual(
      machine.objects().filter((name) => name.includes('undone')),
      [],
    );
    assert.equal(await sh('holder-main', 'hostname'), 'holder');
  });

  it('pull policies: Never and IfNotPresent take what is there', async () => {
    await machine.ok('tag', 'localhost/busybox:latest', 'registry.test:5000/there:1');
    const text = (name: string, image: string, policy: string) =>
      sleeper(name, `imagePullPolicy: ${policy}`).replace('localhost/busybox:latest', image);
    await machine.play(text('never', 'registry.test:5000/there:1', 'Never'));
    await machine.play(text('if-absent', 'registry.test:5000/there:1', 'IfNotPresent'));
    const absent = await machine.pod(
      'play',
      'kube',
      machine.file(text('absent', 'registry.test:5000/not:1', 'Never')),
    );
    assert.equal(absent.status, 125);
    for (const word of ['registry.test:5000/not:1', 'Never'])
      assert.ok(absent.stderr.includes(word), absent.stderr);
  });
});
