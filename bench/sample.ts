import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

/** What one run of a command took. */
export interface Sample {
  readonly seconds: number;
  /** User and system time of the command and of the children that it waited for, in seconds, to 10 ms. */
  readonly cpu: number;
  /** The most memory that the command's own process held, in MB. */
  readonly memory: number;
}

export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what the command prints. */
  readonly log: string;
}

/** Ticks of user and system time in a second, which Linux shows to all programs as 100. */
const TICKS = 100;

/** Runs a command to its end and measures it. Throws an Error with the end of its output unless it exits with 0. */
export async function sample({ argv, env, log }: Command): Promise<Sample> {
  const [program = '', ...args] = argv;
  const output = openSync(log, 'w');
  const cpu = childrenCpu();
  const start = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', output, output] });
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, peakMemory(child.pid ?? 0));
  }, 20);
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? signal));
  }).finally(() => clearInterval(watch));
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${argv.join(' ')}: ended with ${status}:\n${tail(log)}`);
  return { seconds, cpu: childrenCpu() - cpu, memory };
}

function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

function peakMemory(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round(Number(found?.[1] ?? 0) / 1024);
  } catch {
    // It has ended.
    return 0;
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}
