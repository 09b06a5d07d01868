import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerRecord, PodRecord } from '../../src/contracts/records.ts';
import { type Ended, Machine } from '../host/machine.ts';
import { until } from '../host/until.ts';

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

/** A pod whose start takes as long as one lets it. */
export function slow(hostPort: number): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: {name: page}
data: {index.html: ${JSON.stringify(ANSWER)}}
---
apiVersion: v1
kind: Pod
metadata: {name: slow}
spec:
  terminationGracePeriodSeconds: 0
  initContainers:
  - {name: long, image: localhost/busybox:latest, command: [sleep, "1000"]}
  containers:
  - name: server
    image: localhost/busybox:latest
    command: [httpd, -f, -p, "80", -h, /www]
    ports: [{containerPort: 80, hostPort: ${hostPort}}]
    volumeMounts: [{name: page, mountPath: /www}]
  volumes: [{name: page, configMap: {name: page}}]
`;
}

/** A manifest on a machine of its own. */
export class App implements AsyncDisposable {
  readonly machine: Machine;
  readonly port: number;
  readonly file: string;

  private constructor(machine: Machine, port: number, text: string) {
    this.machine = machine;
    this.port = port;
    this.file = machine.file(text);
  }

  /** `write` makes the manifest around a host port; the one above unless given. */
  static async create(write = manifest, options?: Parameters<typeof Machine.create>[0]): Promise<App> {
    const port = await freePort();
    return new App(await Machine.create(options), port, write(port));
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

  /** Its web server begins to listen a moment after its container has started. */
  async answers(): Promise<void> {
    const refused = () => '';
    await until(
      () => fetch(`http://127.0.0.1:${this.port}/index.html`).then((response) => response.text(), refused),
      (text) => text === ANSWER,
    );
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

  /** Resolves when the records have come as far; looking at them costs those who write them nothing. */
  async reaches(isSo: (state: State) => boolean): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (let state = this.#state(); !isSo(state); state = this.#state()) {
      assert.ok(Date.now() < deadline, `not reached in time: ${JSON.stringify(state)}`);
      await delay(5);
    }
  }

  /** Whether the pod's init containers have run since its infra container did. */
  hasInitialized(podName: string): boolean {
    const members = this.#state().containers.filter((container) => container.podName === podName);
    const infra = members.find(({ role }) => role === 'infra');
    return members.every(
      ({ role, exitCode, startedAt = '' }) =>
        role !== 'init' || (exitCode === 0 && startedAt >= (infra?.startedAt ?? '')),
    );
  }

  #state(): State {
    const read = <T>(part: string, file: string) => {
      const folder = join(this.machine.root, 'pod', part);
      const ids = existsSync(folder) ? readdirSync(folder) : [];
      return ids.flatMap((id) => readIfThere<T>(join(folder, id, file)));
    };
    return {
      pods: read<PodRecord>('pods', 'pod.json'),
      containers: read<ContainerRecord>('containers', 'container.json'),
    };
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

/** The records as they are on disk. */
interface State {
  readonly pods: readonly PodRecord[];
  readonly containers: readonly ContainerRecord[];
}

interface Listed {
  readonly Name: string;
  readonly Status: string;
}

/** Records come and go under our eyes. */
function readIfThere<T>(path: string): readonly T[] {
  try {
    return [JSON.parse(readFileSync(path, 'utf8'))];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
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
