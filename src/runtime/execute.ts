import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecRequest } from '../contracts/runtime.ts';
import { native } from '../host/native.ts';
import type { ProcessSpec, RuntimeSpec } from '../oci/runtime-spec.ts';
import { parseSignal } from '../values/signal.ts';
import { runtimeFailure } from './failure.ts';
import type { Tools } from './tools.ts';

const PROCESS = 3;
const LOG = 4;
const OUTPUT = { 1: 1, 2: 2 };
const STDIO = { 0: 0, ...OUTPUT };

export interface Execution {
  readonly request: ExecRequest;
  readonly bundle: string;
}

/**
 * Runs a command in a container on our own descriptors 0 to 2; with a terminal the runtime itself makes it raw and
 * sizes it. Returns the command's exit code, 128 and the signal's number when the runtime was killed. Throws RuntimeError
 * COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, EXEC_FAILED; the runtime has told its own words on stderr by then.
 */
export async function execute(tools: Tools, { request, bundle }: Execution): Promise<number> {
  const spec: RuntimeSpec = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  const capabilities = request.privileged ? await tools.hostCapabilities() : undefined;
  const process = Buffer.from(JSON.stringify(processSpec({ spec, request, capabilities })));
  const descriptors = {
    [PROCESS]: native().memoryFile('process', process),
    [LOG]: native().memoryFile('log', new Uint8Array()),
  };
  try {
    const child = await tools.exec.start({
      argv: [
        tools.runtime,
        ...['--root', tools.runtimeRoot, '--log', `/proc/self/fd/${LOG}`],
        ...['exec', '--process', `/proc/self/fd/${PROCESS}`, request.id],
      ],
      descriptors: request.interactive ? { ...descriptors, ...STDIO } : { ...descriptors, ...OUTPUT },
    });
    const { status, signal } = await child.ended;
    const words = readFileSync(`/proc/self/fd/${descriptors[LOG]}`, 'utf8').trim();
    return exitCode({ request, status, signal, words });
  } finally {
    for (const descriptor of Object.values(descriptors)) native().close(descriptor);
  }
}

interface ProcessRequest {
  readonly spec: RuntimeSpec;
  readonly request: ExecRequest;
  /** Instead of the container's own. */
  readonly capabilities: readonly string[] | undefined;
}

/** The container's own process with the command in its place: capabilities, limits and no_new_privs stay. */
function processSpec({ spec, request, capabilities }: ProcessRequest): ProcessSpec {
  const { argv, env, cwd, user, terminal } = request;
  return {
    ...spec.process,
    terminal,
    args: argv,
    env,
    cwd,
    ...(user ? { user: { ...spec.process.user, ...user } } : {}),
    ...(capabilities
      ? {
          capabilities: {
            bounding: capabilities,
            effective: capabilities,
            permitted: capabilities,
            inheritable: [],
            ambient: [],
          },
        }
      : {}),
  };
}

interface Ended {
  readonly request: ExecRequest;
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly words: string;
}

function exitCode({ request, status, signal, words }: Ended): number {
  if (signal !== undefined) return 128 + parseSignal(signal);
  // Words beside a success are warnings.
  if (status === 0 || (status !== undefined && words === '')) return status;
  throw runtimeFailure({
    words,
    container: request.name ?? request.id,
    program: request.argv[0],
    otherwise: 'EXEC_FAILED',
  });
}
