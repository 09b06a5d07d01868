import { strict as assert } from 'node:assert';
import { createServer } from 'node:net';
import { type Ended, Machine } from '../host/machine.ts';

/** What the server of the manifest answers with. */
export const ANSWER = 'hello from the map\n';

/** One file with a bit of everything that has to be undone: two pods, objects, a claim, each sort of volume, a host port. */
export function manifest(hostPort: number): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: {name: page}
data: {index.html: ${JSON.stringify(ANSWER)}}
---
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {token: secret}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: store}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 0
  initContainers:
  - name: prepare
    image: localhost/busybox:latest
    command: [sh, -c, "echo made > /store/made"]
    volumeMounts: [{name: store, mountPath: /store}]
  containers:
  - name: server
    image: localhost/busybox:latest
    command: [httpd, -f, -p, "80", -h, /www]
    ports: [{containerPort: 80, hostPort: ${hostPort}}]
    volumeMounts: [{name: page, mountPath: /www}, {name: key, mountPath: /key}]
  - name: other
    image: localhost/busybox:latest
    command: [sleep, "1000"]
    volumeMounts: [{name: memory, mountPath: /memory}, {name: store, mountPath: /below, subPath: below}]
  volumes:
  - {name: page, configMap: {name: page}}
  - {name: key, secret: {secretName: key}}
  - {name: memory, emptyDir: {medium: Memory}}
  - {name: store, persistentVolumeClaim: {claimName: store}}
---
apiVersion: v1
kind: Pod
metadata: {name: second}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: localhost/busybox:latest
    command: [sleep, "1000"]
    volumeMounts: [{name: scratch, mountPath: /scratch}]
  volumes: [{name: scratch, emptyDir: {}}]
`;
}

/** The manifest on a machine of its own. */
export class App implements AsyncDisposable {
  readonly machine: Machine;
  readonly port: number;
  readonly file: string;

  private constructor(machine: Machine, port: number) {
    this.machine = machine;
    this.port = port;
    this.file = machine.file(manifest(port));
  }

  static async create(): Promise<App> {
    return new App(await Machine.create(), await freePort());
  }

  get play(): readonly string[] {
    return ['play', 'kube', this.file];
  }

  get down(): readonly string[] {
    return ['kube', 'down', '--force', this.file];
  }

  /** Runs a command that has to die at the named step. A step that it does not come by fails the test. */
  async dies(args: readonly string[], step: string): Promise<void> {
    const { status, stdout, stderr } = await this.machine.run(args, { env: { POD_FAULT: step } });
    assert.equal(status, KILLED, `pod ${args.join(' ')} did not die at ${step}:\n${stdout}${stderr}`);
  }

  async answers(): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.port}/index.html`);
    assert.equal(await response.text(), ANSWER);
  }

  /** Nothing of the file is left: no part of a pod, no object, no volume, no bound port. */
  async isGone(): Promise<void> {
    assert.deepEqual([...(await this.machine.leaks()), ...this.machine.objects()], []);
    await assert.doesNotReject(bind(this.port), 'the host port is still held');
  }

  /** No pod is half-made or half-removed: each runs whole. */
  async isSettled(): Promise<void> {
    const pods = JSON.parse(await this.machine.ok('pod', 'ps', '--format', 'json')) as readonly Listed[];
    for (const { Name, Status } of pods) assert.equal(Status, 'Running', Name);
  }

  /** After a test that failed, so that the next one starts from nothing. */
  async clear(): Promise<Ended> {
    return this.machine.run(this.down);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear();
    await this.machine[Symbol.asyncDispose]();
  }
}

interface Listed {
  readonly Name: string;
  readonly Status: string;
}

/** How `Ended` tells death by a signal. */
const KILLED = -2;

/** A port that nobody has, outside the range that the kernel gives to clients. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      await bind(port);
      return port;
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'EADDRINUSE');
    }
  }
}

function bind(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '0.0.0.0', () => server.close(() => resolve()));
  });
}
