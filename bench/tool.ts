import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sample, sample } from './sample.ts';

/** One of the two that are compared, with a store and a network namespace of its own. */
export interface Tool {
  readonly name: 'pod' | 'podman';
  /** Runs one of its commands and measures it. Throws an Error unless it succeeds. */
  run(...args: readonly string[]): Promise<Sample>;
  /** Removes its pods and its network namespace. */
  remove(): Promise<void>;
}

interface ToolRequest {
  readonly name: Tool['name'];
  /** Where its store may lie. */
  readonly folder: string;
  /** The program with the flags that every command gets. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The command that removes all pods at once. */
  readonly removeAll: readonly string[];
}

const repository = join(import.meta.dirname, '..');

/** pod as it was built here. */
export function createPod(folder: string): Tool {
  return create({
    name: 'pod',
    folder,
    command: [
      join(repository, 'bin/pod'),
      ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run')],
      ...['--cgroup-manager', 'cgroupfs'],
    ],
    env: {},
    removeAll: ['pod', 'rm', '--all', '--force', '--time', '0'],
  });
}

/** Podman as the system has it, with crun, and with a configuration that grants what pod takes for granted. */
export function createPodman(program: string, folder: string): Tool {
  const configuration = join(folder, 'containers.conf');
  mkdirSync(folder, { recursive: true });
  writeFileSync(configuration, CONTAINERS_CONF);
  return create({
    name: 'podman',
    folder,
    command: [
      program,
      ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')],
      ...['--network-config-dir', join(folder, 'networks'), '--cgroup-manager', 'cgroupfs'],
    ],
    env: { CONTAINERS_CONF: configuration },
    removeAll: ['pod', 'rm', '--all', '--force', '--time', '0'],
  });
}

/** The limits are ones that a root without CAP_SYS_RESOURCE may set; file locks are nobody else's. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
events_logger = "file"
lock_type = "file"
runtime = "crun"
stop_timeout = 0
[network]
network_backend = "netavark"
`;

function create({ name, folder, command, env, removeAll }: ToolRequest): Tool {
  mkdirSync(folder, { recursive: true });
  const namespace = `bench-${name}-${process.pid}`;
  execFileSync('ip', ['netns', 'add', namespace]);
  execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
  const run = (...args: readonly string[]) =>
    sample({
      argv: ['nsenter', `--net=/run/netns/${namespace}`, ...command, ...args],
      env: { ...process.env, ...env },
      log: join(folder, 'log'),
    });
  return {
    name,
    run,
    async remove() {
      await run(...removeAll);
      execFileSync('ip', ['netns', 'delete', namespace]);
    },
  };
}
