import type { ProcessState } from '../contracts/processes.ts';
import { SystemError } from '../errors/system-error.ts';
import { readFile } from './files.ts';

/** Clock ticks per second in /proc: USER_HZ, the same on every Linux that we run on. */
const TICKS = 100;
const PAGE = 4096;
/** Major number of the terminals below /dev/pts (admin-guide/devices). */
const PTS_MAJOR = 136;

/** The texts of one process in /proc. */
export interface ProcessFiles {
  readonly stat: string;
  readonly status: string;
  readonly cmdline: string;
  /** /proc/uptime. */
  readonly uptime: string;
}

/** A process as it is now; undefined when there is none with this number. */
export function readProcessState(pid: number): ProcessState | undefined {
  const read = (path: string) => readIfThere(path);
  const [stat, status] = [read(`/proc/${pid}/stat`), read(`/proc/${pid}/status`)];
  if (stat === undefined || status === undefined) return undefined;
  const [cmdline = '', uptime = ''] = [read(`/proc/${pid}/cmdline`), read('/proc/uptime')];
  return parseProcessState({ stat, status, cmdline, uptime });
}

/** Reads the texts of one process. Pure. */
export function parseProcessState({ stat, status, cmdline, uptime }: ProcessFiles): ProcessState {
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const [open, close] = [stat.indexOf('('), stat.lastIndexOf(')')];
  const fields = stat.slice(close + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3] ?? 0);
  const lines = new Map(
    status.split('\n').map((line) => {
      const [name = '', values = ''] = line.split(/:(.*)/s);
      return [name, values.trim().split(/\s+/).map(Number)] as const;
    }),
  );
  const hostPid = Number(stat.slice(0, open));
  const ids = (name: string, index: number) => lines.get(name)?.[index] ?? 0;
  const innermost = (name: string, otherwise: number) => lines.get(name)?.at(-1) ?? otherwise;
  const terminal = terminalName(field(7));
  const elapsed = Number(uptime.split(' ')[0] ?? 0) * 1000 - (field(22) * 1000) / TICKS;
  return {
    hostPid,
    pid: innermost('NSpid', hostPid),
    hostParent: field(4),
    group: innermost('NSpgid', field(5)),
    uid: ids('Uid', 1),
    gid: ids('Gid', 1),
    realUid: ids('Uid', 0),
    realGid: ids('Gid', 0),
    name: stat.slice(open + 1, close),
    args: cmdline === '' ? [] : cmdline.replace(/\0$/, '').split('\0'),
    state: fields[0] ?? '?',
    nice: field(19),
    ...(terminal === undefined ? {} : { terminal }),
    virtualBytes: field(23),
    residentBytes: field(24) * PAGE,
    cpuTime: ((field(14) + field(15)) * 1000) / TICKS,
    elapsed: Math.max(0, elapsed),
  };
}

/** The number's bits 8 to 19 are the major, the others the minor number. */
function terminalName(device: number): string | undefined {
  if (device === 0) return undefined;
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return major >= PTS_MAJOR && major < PTS_MAJOR + 8
    ? `pts/${(major - PTS_MAJOR) * 256 + minor}`
    : `${major}:${minor}`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFile(path)?.toString('utf8');
  } catch (error) {
    // It ended between open and read.
    if (error instanceof SystemError && error.errno === 'ESRCH') return undefined;
    throw error;
  }
}
