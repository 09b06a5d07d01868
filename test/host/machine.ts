import { strict as assert } from 'node:assert';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mount, unmount } from '../../src/host/mount.ts';
import { busyboxRootfs } from './busybox-rootfs.ts';
import { leaksOf, objectsOf } from './leaks.ts';

/** The launcher of the built product. */
export const POD = join(import.meta.dirname, '..', '..', 'bin', 'pod');

/** How a command ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds until the test fails. */
  readonly timeout?: number;
}

/** A store of pod's own in a fresh folder, with `localhost/busybox:latest` in it. */
export class Machine implements AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  readonly runroot: string;
  readonly storeId: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.root = join(folder, 'root');
    this.runroot = join(folder, 'run');
    this.storeId = createHash('sha256').update(this.root).digest('hex').slice(0, 8);
  }

  /** With `disk` the store lies on a file system of its own of that size, `16m`. */
  static async create({ disk }: { readonly disk?: string } = {}): Promise<Machine> {
    const machine = new Machine(realpathSync(mkdtempSync(join(tmpdir(), 'pod-test-'))));
    if (disk !== undefined) {
      mkdirSync(machine.root);
      await mount({ source: 'tmpfs', target: machine.root, type: 'tmpfs', data: `size=${disk},mode=0700` });
    }
    await machine.ok('import', await busyboxRootfs(), 'localhost/busybox:latest');
    return machine;
  }

  /** Makes an image of the busybox root with Dockerfile instructions. */
  async image(reference: string, ...changes: readonly string[]): Promise<void> {
    await this.ok(
      'import',
      ...changes.flatMap((change) => ['--change', change]),
      await busyboxRootfs(),
      reference,
    );
  }

  /** Runs `pod` with the store's flags and returns however it ended. */
  async pod(...args: readonly string[]): Promise<Ended> {
    return this.run(args);
  }

  async run(
    args: readonly string[],
    { stdin, env, cwd, timeout = 120_000 }: RunOptions = {},
  ): Promise<Ended> {
    const child = execFile(POD, [...this.flags, ...args], {
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, POD_TEST: '1', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.on('data', (chunk: string) => (stderr += chunk));
    child.stdin?.end(stdin ?? '');
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      child.on('close', (...end) => resolve(end));
    });
    return { status: code ?? (signal === null ? -1 : -2), stdout, stderr };
  }

  /** Starts `pod` without waiting for it. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return spawn(POD, [...this.flags, ...args], { env: { ...process.env, POD_TEST: '1', ...env } });
  }

  /** Runs `pod`, which has to succeed, and returns its standard output. */
  async ok(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(args);
    assert.equal(status, 0, `pod ${args.join(' ')} exited with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Plays a manifest given as text; the file lies in the store's folder. Returns standard output. */
  async play(manifest: string, ...flags: readonly string[]): Promise<string> {
    return this.ok('play', 'kube', ...flags, this.file(manifest));
  }

  /** Writes a manifest and returns its path. */
  file(text: string, name = 'app.yaml'): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** What a command in a container prints, without the last line end. */
  async exec(container: string, ...command: readonly string[]): Promise<string> {
    return (await this.ok('exec', container, ...command)).replace(/\n$/, '');
  }

  /** Everything that pods of this store have left on the machine. Empty when all pods are gone. See `leaksOf`. */
  async leaks(): Promise<readonly string[]> {
    return leaksOf(this).filter((leak) => leak !== `mount ${this.root}`);
  }

  /** Kubernetes objects and claims' volumes of this store. See `objectsOf`. */
  objects(): readonly string[] {
    return objectsOf(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pod('pod', 'rm', '--all', '--force', '--time', '0');
    const left = await this.leaks();
    await unmount(this.root);
    rmSync(this.folder, { recursive: true, force: true });
    assert.deepEqual(left, [], 'left over on the machine');
  }

  get flags(): readonly string[] {
    return ['--root', this.root, '--runroot', this.runroot];
  }
}
