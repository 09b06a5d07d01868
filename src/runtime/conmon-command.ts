import { join } from 'node:path';
import type { CreateRequest } from '../contracts/runtime.ts';

/** Numbers of the descriptors that conmon finds its pipes at. Held ports follow. */
export const SYNC_PIPE = 3;
export const START_PIPE = 4;
export const FIRST_HELD = 5;

export interface ConmonCommand {
  readonly request: CreateRequest;
  readonly conmon: string;
  readonly leash: string;
  readonly runtime: string;
  /** Folder of the runtime's own state. */
  readonly runtimeRoot: string;
}

/** Names of the files that conmon writes into the bundle, besides the exit file that is named by the id. */
export const PIDFILE = 'pidfile';
export const CONMON_PIDFILE = 'conmon.pid';
export const CONTROL = 'ctl';

/** How conmon 2.1 is called to create a container. The attach socket is `<bundle>/attach`, whatever its length. */
export function conmonArguments({
  request,
  conmon,
  leash,
  runtime,
  runtimeRoot,
}: ConmonCommand): readonly [string, ...string[]] {
  const { id, name, bundle, logPath, terminal, stdin, exitCommand = [], systemdCgroup } = request;
  const [exitProgram, ...exitArguments] = exitCommand;
  return [
    ...([leash, String(START_PIPE), conmon] as const),
    ...['--api-version', '1', '-c', id, '-u', id, '-n', name],
    ...['-r', runtime, '--runtime-arg', '--root', '--runtime-arg', runtimeRoot],
    ...['-b', bundle, '-p', join(bundle, PIDFILE), '--conmon-pidfile', join(bundle, CONMON_PIDFILE)],
    ...['--exit-dir', bundle, '--full-attach', '-l', `k8s-file:${logPath}`, '--log-level', 'error'],
    // The log need not survive a power loss, and waiting for the disk would hold up every exit.
    '--no-sync-log',
    ...(systemdCgroup ? ['--systemd-cgroup'] : []),
    ...(terminal ? ['-t'] : []),
    ...(stdin ? ['-i', '--leave-stdin-open'] : []),
    ...(exitProgram === undefined ? [] : ['--exit-command', exitProgram]),
    ...exitArguments.flatMap((argument) => ['--exit-command-arg', argument]),
  ];
}
