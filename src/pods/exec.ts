import type { Drivers } from '../contracts/drivers.ts';
import type { ResolvedUser } from '../contracts/users.ts';
import type { RuntimeSpec } from '../oci/runtime-spec.ts';
import { notRunning } from './kill.ts';
import type { Target } from './target.ts';

export interface ExecOptions {
  readonly argv: readonly string[];
  /** `NAME=value`, added to the container's own environment. */
  readonly env: readonly string[];
  readonly workingDir?: string | undefined;
  /** As an image's USER: `name`, `uid`, `name:group` ... */
  readonly user?: string | undefined;
  readonly terminal: boolean;
  readonly interactive: boolean;
  readonly privileged?: boolean | undefined;
}

/**
 * Runs a command in a running container on our own stdio and returns its exit code. Environment, working directory
 * and user are the container's unless given. Throws LifecycleError CONTAINER_NOT_RUNNING.
 */
export async function exec(drivers: Drivers, { container }: Target, options: ExecOptions): Promise<number> {
  const { record, running } = container;
  if (!running) throw notRunning(record.fullName);
  const spec = (await drivers.sandboxes.readBundle(record.id)) as RuntimeSpec | undefined;
  if (spec === undefined) throw notRunning(record.fullName);
  const user =
    options.user === undefined ? undefined : await drivers.users.resolve(spec.root.path, options.user);
  return drivers.runtime.exec({
    id: record.id,
    name: record.fullName,
    argv: options.argv,
    env: environment({ spec, options, user }),
    cwd: options.workingDir ?? spec.process.cwd,
    user: user ?? {
      uid: spec.process.user.uid,
      gid: spec.process.user.gid,
      additionalGids: spec.process.user.additionalGids ?? [],
    },
    terminal: options.terminal,
    interactive: options.interactive,
    ...(options.privileged === undefined ? {} : { privileged: options.privileged }),
  });
}

interface EnvironmentParts {
  readonly spec: RuntimeSpec;
  readonly options: ExecOptions;
  readonly user: ResolvedUser | undefined;
}

/** Later assignments win; a terminal needs TERM, and another user another HOME. */
function environment({ spec, options, user }: EnvironmentParts): readonly string[] {
  const all = new Map<string, string>();
  const assign = (assignment: string) => {
    const at = assignment.indexOf('=');
    if (at > 0) all.set(assignment.slice(0, at), assignment.slice(at + 1));
  };
  for (const assignment of spec.process.env ?? []) assign(assignment);
  if (user !== undefined) all.set('HOME', user.home);
  if (options.terminal && !all.has('TERM')) all.set('TERM', 'xterm');
  for (const assignment of options.env) assign(assignment);
  return [...all].map(([name, value]) => `${name}=${value}`);
}
