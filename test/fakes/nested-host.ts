import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Attachment, AttachRequest, ForeignFirewall, NetworkInfo } from '../../src/contracts/network.ts';
import { LineProcess } from './line-process.ts';

export interface NestedHostOptions {
  readonly storeId?: string;
  readonly configFolders?: readonly string[];
  readonly pluginFolders?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The address of a nested host towards its neighbour, and the neighbour's. */
export const hostAddress = '192.0.2.1';
export const neighbourAddress = '192.0.2.2';

/**
 * A host for pods that is a network namespace, with a neighbour on a wire, so that no rule or route of the real
 * host is touched. Pods are namespaces too. `end` removes it all.
 */
export class NestedHost {
  readonly #prefix = `pt${randomBytes(3).toString('hex')}`;
  readonly #processes: LineProcess[] = [];
  readonly #names = new Set<string>();
  readonly folder = mkdtempSync(join(tmpdir(), 'pod-network-'));

  constructor() {
    this.space('host');
    this.space('neighbour');
    const [host, neighbour] = [this.#full('host'), this.#full('neighbour')];
    run('ip', '-n', host, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', neighbour);
    for (const [space, address] of [
      ['host', hostAddress],
      ['neighbour', neighbourAddress],
    ] as const) {
      this.ip(space, 'address', 'add', `${address}/24`, 'dev', 'wire');
      this.ip(space, 'link', 'set', 'wire', 'up');
    }
    this.ip('neighbour', 'route', 'add', 'default', 'via', hostAddress);
    this.ip('host', 'route', 'add', 'default', 'via', neighbourAddress);
  }

  #full(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  /** Makes a network namespace and returns the path of its pin. */
  space(name: string): string {
    run('ip', 'netns', 'add', this.#full(name));
    this.#names.add(name);
    this.ip(name, 'link', 'set', 'lo', 'up');
    return this.pin(name);
  }

  pin(name: string): string {
    return `/run/netns/${this.#full(name)}`;
  }

  /** Takes the pin away, as a crash or a reboot would. */
  unpin(name: string): void {
    run('ip', 'netns', 'delete', this.#full(name));
    this.#names.delete(name);
  }

  ip(name: string, ...args: string[]): string {
    return run('ip', '-n', this.#full(name), ...args);
  }

  /** Runs a program in a namespace and returns its stdout. */
  run(name: string, ...argv: readonly [string, ...string[]]): string {
    return run('ip', 'netns', 'exec', this.#full(name), ...argv);
  }

  nft(rules: string): void {
    execFileSync('ip', ['netns', 'exec', this.#full('host'), 'nft', '-f', '-'], { input: rules });
  }

  #start(space: string, argv: readonly string[], env?: Readonly<Record<string, string>>): LineProcess {
    const started = new LineProcess(
      ['ip', 'netns', 'exec', this.#full(space), process.execPath, ...argv],
      env,
    );
    this.#processes.push(started);
    return started;
  }

  /** A process that has the Network of a store. Several may have the same. */
  network({ env, ...options }: NestedHostOptions = {}): NestedNetwork {
    const settings = {
      folder: join(this.folder, `network${options.storeId ?? ''}`),
      configFolders: [],
      pluginFolders: ['/usr/lib/cni', '/opt/cni/bin'],
      ...options,
    };
    const child = this.#start('host', [script('./network-process.ts'), JSON.stringify(settings)], env);
    return new NestedNetwork(this, child, settings.folder);
  }

  /** A process that serves and asks in a namespace. */
  peer(space: string): Peer {
    return new Peer(this.#start(space, [script('./peer.ts'), space]));
  }

  /** What pods left behind on this host, named. Empty when all is as it was. */
  leftovers(): readonly string[] {
    const links = this.ip('host', '-o', 'link').match(/(?<=^\d+: )[^:@]+/gm) ?? [];
    const routes = this.ip('host', 'route')
      .split('\n')
      .filter((route) => /^(unreachable|10\.|172\.|198\.)/.test(route));
    const tables = this.run('host', 'nft', 'list', 'tables').match(/inet pod\S*/g) ?? [];
    const marks = this.run('host', 'nft', 'list', 'ruleset').match(/pod-network-\S+/g) ?? [];
    return [
      ...links.filter((link) => link !== 'lo' && link !== 'wire'),
      ...routes,
      ...tables,
      ...marks,
      ...this.#files(),
    ];
  }

  #files(): readonly string[] {
    return readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /pods\/.|host\.json|leases\/.*\/\d+\./.test(file),
    );
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.end()));
    for (const name of this.#names)
      if (existsSync(this.pin(name))) run('ip', 'netns', 'delete', this.#full(name));
    rmSync(this.folder, { recursive: true });
  }
}

/** A Network in a process of its own. */
export class NestedNetwork {
  readonly #host: NestedHost;
  readonly #process: LineProcess;
  readonly folder: string;

  constructor(host: NestedHost, process: LineProcess, folder: string) {
    this.#host = host;
    this.#process = process;
    this.folder = folder;
  }

  attach(
    pod: string,
    { ports = [], networks = [] }: Partial<AttachRequest> = {},
  ): Promise<readonly Attachment[]> {
    const request: AttachRequest = {
      podId: pod,
      namespace: 'default',
      podName: pod,
      netns: this.#host.pin(pod),
      networks,
      ports,
    };
    return this.#process.call('attach', request);
  }

  /** Attaches and returns the pod's first address. */
  async address(pod: string, options: Partial<AttachRequest> = {}): Promise<string> {
    const [attachment] = await this.attach(pod, options);
    return attachment?.addresses[0]?.split('/')[0] ?? '';
  }

  async detach(...pods: readonly string[]): Promise<void> {
    await Promise.all(pods.map((pod) => this.#process.call('detach', pod)));
  }

  attached(): Promise<readonly string[]> {
    return this.#process.call('attached');
  }

  ensure(): Promise<void> {
    return this.#process.call('ensure');
  }

  list(): Promise<readonly NetworkInfo[]> {
    return this.#process.call('list');
  }

  firewalls(): Promise<readonly ForeignFirewall[]> {
    return this.#process.call('firewalls');
  }

  kill(): Promise<void> {
    return this.#process.end('SIGKILL');
  }
}

/** Servers and clients in one namespace. */
export class Peer {
  readonly #process: LineProcess;

  constructor(process: LineProcess) {
    this.#process = process;
  }

  serve(port: number, { protocol = 'tcp', address = '0.0.0.0' } = {}): Promise<void> {
    return this.#process.call('serve', { protocol, address, port });
  }

  /** What the server says: its name and the address it saw; or `refused`, `unreachable`, `silence`. */
  ask(address: string, port: number, protocol = 'tcp'): Promise<string> {
    return this.#process.call('ask', { protocol, address, port });
  }
}

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
