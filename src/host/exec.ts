import { existsSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import type { Child, Command, Completed, Exec } from '../contracts/exec.ts';
import { ProcessError } from '../errors/process-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { Capture } from './capture.ts';
import { native, READABLE } from './native.ts';
import { findProgram } from './program.ts';
import { Readiness } from './readiness.ts';

/** More than any program of ours has reason to write; a child that does is killed. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** What a ProcessError carries of stderr. */
const TAIL = 4096;

/** How a child ended. Exactly one is set. */
type End = Awaited<Child['ended']>;

/**
 * Programs through posix_spawn and the event loop: libuv's thread pool has no part in it, and children get no
 * descriptors but those given.
 */
export const exec: Exec = { complete, run, start };

async function run(command: Command): Promise<string> {
  const completed = await complete(command);
  if (completed.status === 0) return completed.stdout;
  throw failed(completed);
}

async function complete(command: Command): Promise<Completed> {
  const { argv } = command;
  let child: Child | undefined;
  let excess = false;
  const limited = {
    limit: OUTPUT_LIMIT,
    onExcess: () => {
      excess = true;
      child?.kill(constants.signals.SIGKILL);
    },
  };
  using stdout = new Capture(limited);
  using stderr = new Capture(limited);
  child = withInput(command.stdin, (input) =>
    spawn({
      ...command,
      descriptors: { ...input, 1: stdout.writer, 2: stderr.writer, ...command.descriptors },
    }),
  );
  stdout.closeWriter();
  stderr.closeWriter();
  const [{ end, timedOut, output }] = await Promise.all([
    endOf(child, command.timeout).then((ending) => ({
      ...ending,
      output: { stdout: stdout.finish(), stderr: stderr.finish() },
    })),
    stdout.collect(),
    stderr.collect(),
  ]);
  if (timedOut) throw new ProcessError({ code: 'TIMED_OUT', argv, stderr: tail(output.stderr) });
  if (excess) {
    throw failed({ argv, ...end, ...output }, `it was killed for writing more than ${OUTPUT_LIMIT} bytes`);
  }
  return { argv, ...end, ...output };
}

async function start(command: Command): Promise<Child> {
  const child = withInput(command.stdin, (input) =>
    spawn({ ...command, descriptors: { ...input, ...command.descriptors } }),
  );
  if (command.timeout !== undefined) {
    const timer = setTimeout(() => child.kill(constants.signals.SIGKILL), command.timeout);
    timer.unref();
  }
  return child;
}

async function endOf(
  child: Child,
  timeout: number | undefined,
): Promise<{ readonly end: End; readonly timedOut: boolean }> {
  if (timeout === undefined) return { end: await child.ended, timedOut: false };
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill(constants.signals.SIGKILL);
  }, timeout);
  try {
    return { end: await child.ended, timedOut };
  } finally {
    clearTimeout(timer);
  }
}

/** A file in memory instead of a pipe: nobody has to feed it, and a child that does not read it harms nobody. */
function withInput<T>(input: Command['stdin'], body: (descriptors: Record<number, number>) => T): T {
  if (input === undefined) return body({});
  const descriptor = native().memoryFile('stdin', typeof input === 'string' ? Buffer.from(input) : input);
  try {
    return body({ 0: descriptor });
  } finally {
    native().close(descriptor);
  }
}

function spawn(command: Omit<Command, 'stdin'>): Child {
  const { argv, cwd } = command;
  const environment = command.env ?? process.env;
  const file = findProgram(argv[0], environment['PATH'] ?? process.env['PATH'] ?? '');
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const descriptors = Object.entries(command.descriptors ?? {}).flatMap(([theirs, ours]) => [
    Number(theirs),
    ours,
  ]);
  try {
    const [pid, descriptor] = native().spawn(
      file,
      argv,
      variables,
      cwd ?? null,
      descriptors,
      command.newSession ?? false,
    );
    return new Spawned(pid, descriptor);
  } catch (error) {
    throw spawnFailure(error, { file, argv, cwd });
  }
}

class Spawned implements Child {
  readonly pid: number;
  readonly #descriptor: number;
  readonly #readiness: Readiness;
  readonly #ended: Promise<End>;
  #reaped = false;

  constructor(pid: number, descriptor: number) {
    this.pid = pid;
    this.#descriptor = descriptor;
    this.#readiness = new Readiness(descriptor);
    this.#readiness.keepAlive(false);
    this.#ended = this.#reap();
  }

  get ended(): Promise<End> {
    this.#readiness.keepAlive(true);
    return this.#ended;
  }

  kill(signal: number): void {
    if (this.#reaped) return;
    native().pidfdSendSignal(this.#descriptor, signal);
  }

  async #reap(): Promise<End> {
    await this.#readiness.wait(READABLE);
    const result = native().waitid(this.#descriptor);
    if (result === undefined) return this.#reap();
    this.#reaped = true;
    this.#readiness[Symbol.dispose]();
    native().close(this.#descriptor);
    const [status, signal] = result;
    return signal < 0 ? { status } : { signal: signalName(signal) };
  }
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `SIG${number}`;
}

/** Tells a missing program from a missing folder or interpreter: the kernel says ENOENT to all three. */
function spawnFailure(
  error: unknown,
  {
    file,
    argv,
    cwd,
  }: { readonly file: string; readonly argv: Command['argv']; readonly cwd: string | undefined },
): unknown {
  if (!(error instanceof SystemError) || error.syscall !== 'posix_spawn') return error;
  if (cwd !== undefined && !statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    return new SystemError({ errno: error.errno, syscall: 'chdir', path: cwd, cause: error });
  }
  switch (error.errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      if (file.startsWith('/') && existsSync(file)) {
        const hint = 'the interpreter that it names is missing';
        return new ProcessError({ code: 'NOT_EXECUTABLE', argv, hint, cause: error });
      }
      return new ProcessError({ code: 'NOT_FOUND', argv, cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'ENOEXEC':
    case 'ETXTBSY':
    case 'ELIBBAD':
      return new ProcessError({ code: 'NOT_EXECUTABLE', argv, cause: error });
    default:
      return error;
  }
}

function failed(completed: Completed, hint?: string): ProcessError {
  const { argv, status, signal, stderr } = completed;
  return new ProcessError({
    code: 'FAILED',
    argv,
    stderr: tail(stderr),
    ...(status !== undefined && { status }),
    ...(signal !== undefined && { signal }),
    ...(hint !== undefined && { hint }),
  });
}

function tail(text: string): string {
  const bytes = Buffer.from(text);
  // A character cut in half at the front decodes to a replacement character, which says nothing.
  return bytes.length <= TAIL
    ? text
    : bytes
        .subarray(-TAIL)
        .toString('utf8')
        .replace(/^\ufffd+/, '');
}
