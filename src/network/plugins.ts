import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../contracts/exec.ts';
import { NetworkError } from '../errors/network-error.ts';
import { isRecord } from './is-record.ts';

/** One call of a plugin (CNI specification 1.0, section 2). */
export interface Invocation {
  readonly type: string;
  readonly command: 'ADD' | 'DEL' | 'VERSION';
  /** The request configuration, written to the plugin's stdin. */
  readonly request: object;
  readonly containerId?: string;
  /** Path of the network namespace; absent at a DEL whose namespace is gone. */
  readonly netns?: string;
  readonly interface?: string;
  readonly args?: string;
}

export interface PluginSettings {
  readonly exec: Exec;
  /** Where plugins are looked for, the first folder first. */
  readonly folders: readonly string[];
  /** A lock's descriptor that plugins inherit: should we die, the lock lasts until a plugin still running has ended. */
  readonly lock?: number;
}

/** The CNI plugins of this host. */
export interface Plugins {
  /** Throws NetworkError PLUGIN_MISSING, naming all that are not installed. */
  need(types: readonly string[]): void;
  /** Where a plugin is, and what changes when its file does. Throws PLUGIN_MISSING. */
  identity(type: string): { readonly path: string; readonly stamp: string };
  /** Runs a plugin and returns its parsed answer, undefined if it is empty. Throws PLUGIN_MISSING, PluginFailure. */
  invoke(invocation: Invocation): Promise<unknown>;
}

/** A plugin's own error (specification, section 5): its number and its message. */
export class PluginFailure extends NetworkError {
  /** The number that the plugin gave, if it gave any. */
  readonly pluginCode: number | undefined;

  constructor(
    { type, command }: Invocation,
    failure: { readonly pluginCode?: number; readonly reason: string },
  ) {
    const number = failure.pluginCode === undefined ? '' : ` (CNI error ${failure.pluginCode})`;
    super({
      code: 'PLUGIN_FAILED',
      kind: 'external',
      message: `CNI plugin ${type} failed at ${command}${number}: ${failure.reason}`,
      hint: 'the message is the plugin\'s own; the network\'s configuration is shown by "pod network ls"',
    });
    this.pluginCode = failure.pluginCode;
  }
}

/** Plugins of other packages (firewalld, iptables) are looked up here by the plugins themselves. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const patience = 120_000;

/** The plugins that lie in the given folders, run by `exec`. */
export function createPlugins({ exec, folders, lock }: PluginSettings): Plugins {
  function find(type: string): string | undefined {
    return folders.map((folder) => join(folder, type)).find(isExecutable);
  }

  function need(types: readonly string[]): void {
    const absent = [...new Set(types)].filter((type) => find(type) === undefined);
    if (absent.length > 0) throw missing(absent, folders);
  }

  function locate(type: string): string {
    const path = find(type);
    if (path === undefined) throw missing([type], folders);
    return path;
  }

  function identity(type: string) {
    const path = locate(type);
    const { ino, size, mtimeMs } = statSync(path);
    return { path, stamp: `${ino} ${size} ${mtimeMs}` };
  }

  async function invoke(invocation: Invocation): Promise<unknown> {
    const path = locate(invocation.type);
    const { status, signal, stdout, stderr } = await exec.complete({
      argv: [path],
      env: environment(invocation, folders),
      stdin: JSON.stringify(invocation.request),
      timeout: patience,
      ...(lock === undefined ? {} : { descriptors: { 3: lock } }),
    });
    const answer = parseAnswer(stdout);
    if (status === 0) {
      if (answer === undefined && stdout.trim() !== '') {
        throw new PluginFailure(invocation, { reason: 'its answer is no JSON' });
      }
      return answer;
    }
    throw new PluginFailure(invocation, failureOf(answer) ?? { reason: unexplained(stderr, signal, status) });
  }

  return { need, identity, invoke };
}

function environment(invocation: Invocation, folders: readonly string[]): Record<string, string> {
  const parameters: Record<string, string | undefined> = {
    PATH: searchPath,
    CNI_COMMAND: invocation.command,
    CNI_CONTAINERID: invocation.containerId,
    CNI_NETNS: invocation.netns,
    CNI_IFNAME: invocation.interface,
    CNI_ARGS: invocation.args,
    CNI_PATH: folders.join(':'),
  };
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function failureOf(answer: unknown): { pluginCode?: number; reason: string } | undefined {
  if (!isRecord(answer) || typeof answer['msg'] !== 'string') return undefined;
  const { code, msg, details } = answer;
  const reason = typeof details === 'string' && details !== '' ? `${msg}: ${details}` : msg;
  return typeof code === 'number' ? { pluginCode: code, reason } : { reason };
}

function unexplained(stderr: string, signal: string | undefined, status: number | undefined): string {
  const ending = signal === undefined ? `it exited with ${status}` : `it was killed by ${signal}`;
  return stderr.trim() === '' ? ending : `${ending}: ${stderr.trim()}`;
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(types: readonly string[], folders: readonly string[]): NetworkError {
  return new NetworkError({
    code: 'PLUGIN_MISSING',
    message: `the CNI plugin${types.length === 1 ? '' : 's'} ${types.join(', ')} ${types.length === 1 ? 'is' : 'are'} not installed: not in ${folders.join(', ')}`,
    hint: 'install the package containernetworking-plugins (Debian, Ubuntu, Fedora), or put the plugin into one of these folders',
  });
}
