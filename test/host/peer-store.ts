import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageStore } from '../../src/contracts/image-store.ts';
import type { Images } from '../../src/contracts/images.ts';
import type { Registry } from '../../src/contracts/registry.ts';
import type { Rootfs } from '../../src/contracts/rootfs.ts';
import { unmount } from '../../src/host/mount.ts';
import { mountTable } from '../../src/host/mount-table.ts';
import { createImages } from '../../src/images/create-images.ts';
import { createImageStore } from '../../src/storage/create-image-store.ts';
import { createRootfs } from '../../src/storage/create-rootfs.ts';

export const storeId = 'abcdef01';

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function run(
  argv: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ran> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const texts = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts[0] += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts[1] += text));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ status: code ?? -1, stdout: texts[0] ?? '', stderr: texts[1] ?? '' }),
    );
  });
}

const noRegistry: Registry = {
  resolve: async () => {
    throw new Error('no registry here');
  },
};

/** A store of its own in a temporary folder, which pod and its peers use side by side. */
export class PeerStore implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'pod-store-'));
  readonly root = join(this.folder, 'root');
  readonly runroot = join(this.folder, 'run');
  readonly stateFolder = join(this.root, 'pod');
  readonly store: ImageStore;
  readonly images: Images;
  readonly rootfs: Rootfs;
  readonly environment: NodeJS.ProcessEnv;

  constructor(registry: Registry = noRegistry) {
    const { root, runroot, stateFolder } = this;
    chmodSync(this.folder, 0o755);
    this.store = createImageStore({ root, runroot, stateFolder });
    this.images = createImages({
      store: this.store,
      registry,
      registries: { searchRegistries: [], aliases: {}, rules: [] },
      platform: { os: 'linux', architecture: 'amd64' },
      temporaryFolder: join(stateFolder, 'tmp'),
    });
    this.rootfs = createRootfs({ root, runroot, stateFolder, runFolder: join(runroot, 'pod'), storeId });
    const conf = join(this.folder, 'containers.conf');
    writeFileSync(
      conf,
      [
        '[containers]',
        'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
        '[engine]',
        'cgroup_manager = "cgroupfs"',
        'events_logger = "none"',
        '',
      ].join('\n'),
    );
    mkdirSync(join(this.folder, 'tmp'));
    this.environment = { ...process.env, CONTAINERS_CONF: conf, TMPDIR: join(this.folder, 'tmp') };
  }

  /** A path of the test's own. */
  path(name: string): string {
    return join(this.folder, name);
  }

  async tool(...argv: readonly string[]): Promise<Ran> {
    return await run(argv, { env: this.environment, cwd: this.folder });
  }

  /** Runs podman on the store; throws unless it succeeds. */
  async podman(...args: readonly string[]): Promise<string> {
    return await this.peer('podman', ...args);
  }

  async buildah(...args: readonly string[]): Promise<string> {
    return await this.peer('buildah', ...args);
  }

  async peer(tool: string, ...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.tool(
      tool,
      '--root',
      this.root,
      '--runroot',
      this.runroot,
      ...args,
    );
    if (status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${status} ${stderr}`);
    return stdout.trim();
  }

  /** How skopeo names an image of the store. */
  reference(name: string): string {
    return `containers-storage:[overlay@${this.root}+${this.runroot}]${name}`;
  }

  records<T = { id: string }>(kind: 'layers' | 'images' | 'containers'): T[] {
    const path = join(this.root, `overlay-${kind}`, `${kind}.json`);
    return existsSync(path) ? ((JSON.parse(readFileSync(path, 'utf8')) ?? []) as T[]) : [];
  }

  /** Everything on disk that no record accounts for. */
  strays(): string[] {
    const layers = new Set(this.records('layers').map(({ id }) => id));
    const images = new Set(this.records('images').map(({ id }) => id));
    const list = (...parts: string[]) =>
      existsSync(join(this.root, ...parts)) ? readdirSync(join(this.root, ...parts)) : [];
    const links = new Set(
      [...layers].map((id) => readFileSync(join(this.root, 'overlay', id, 'link'), 'utf8')),
    );
    return [
      ...list('overlay').filter((name) => /^[0-9a-f]{64}$/.test(name) && !layers.has(name)),
      ...list('overlay', 'l').filter((name) => !links.has(name)),
      ...list('overlay-layers').filter(
        (name) => name.endsWith('.gz') && !layers.has(name.split('.')[0] ?? ''),
      ),
      ...list('overlay-images').filter((name) => /^[0-9a-f]{64}$/.test(name) && !images.has(name)),
      ...list('pod', 'storage'),
    ];
  }

  /** Mount points below the test's folder. */
  async mounts(): Promise<string[]> {
    return (await mountTable())
      .map(({ target }) => target)
      .filter((target) => target.startsWith(`${this.folder}/`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const target of (await this.mounts()).reverse()) await unmount(target, { lazy: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
