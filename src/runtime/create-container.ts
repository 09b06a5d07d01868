import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from '../contracts/exec.ts';
import type { CreatedContainer, CreateRequest } from '../contracts/runtime.ts';
import { native } from '../host/native.ts';
import { CONMON_PIDFILE, conmonArguments, FIRST_HELD, START_PIPE, SYNC_PIPE } from './conmon-command.ts';
import { runtimeFailure } from './failure.ts';
import { openPipe, readLine } from './pipe.ts';
import type { Tools } from './tools.ts';

/** What conmon writes on its sync pipe: the container's pid, or -1 and the runtime's words. */
interface SyncMessage {
  readonly data: number;
  readonly message?: string;
}

const SIGKILL = 9;

/**
 * Starts conmon, moves it to its cgroup before it does anything, and lets it create the container. Should we die before
 * it is there, it ends; afterwards whoever removes the cgroup ends it.
 * Throws RuntimeError; then no process of the attempt runs any more.
 */
export async function createContainer(tools: Tools, request: CreateRequest): Promise<CreatedContainer> {
  using sync = openPipe();
  using go = openPipe();
  const complaints = native().memoryFile('conmon-stderr', new Uint8Array());
  try {
    const child = await tools.exec.start({
      argv: conmonArguments({ ...tools, request }),
      cwd: request.bundle,
      env: environment(),
      descriptors: {
        2: complaints,
        [SYNC_PIPE]: sync.writer,
        [START_PIPE]: go.reader,
        ...Object.fromEntries(
          (request.heldDescriptors ?? []).map((held, index) => [FIRST_HELD + index, held]),
        ),
      },
    });
    sync.closeWriter();
    go.closeReader();
    await release(tools, { child, go: go.writer, cgroup: request.monitorCgroup });
    go.closeWriter();
    const [line] = await Promise.all([readLine(sync.reader), child.ended]);
    return created(line, request, complaints);
  } finally {
    native().close(complaints);
  }
}

async function release(
  { enterCgroup }: Tools,
  { child, go, cgroup }: { readonly child: Child; readonly go: number; readonly cgroup: string | undefined },
): Promise<void> {
  try {
    if (cgroup !== undefined) await enterCgroup(cgroup, child.pid);
    native().write(go, Buffer.from('\0'));
  } catch (error) {
    child.kill(SIGKILL);
    await child.ended;
    throw error;
  }
}

function created(line: string, request: CreateRequest, complaints: number): CreatedContainer {
  const { data, message }: SyncMessage = line.includes('\n') ? JSON.parse(line) : { data: -1 };
  if (data >= 0) {
    const conmonPid = Number.parseInt(readFileSync(join(request.bundle, CONMON_PIDFILE), 'utf8'), 10);
    return { pid: data, conmonPid };
  }
  throw runtimeFailure({
    words: message ?? readFileSync(`/proc/self/fd/${complaints}`, 'utf8'),
    container: request.name,
    program: request.program,
    otherwise: 'CREATE_FAILED',
  });
}

/** conmon hands its environment on to the runtime, which may have to find systemd or D-Bus. */
function environment(): Readonly<Record<string, string>> {
  const handedOn = ['PATH', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];
  return {
    ...Object.fromEntries(
      handedOn.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    _OCI_SYNCPIPE: String(SYNC_PIPE),
  };
}
