import type { ProcessState } from '../contracts/processes.ts';
import { UsageError } from '../errors/usage-error.ts';
import { formatDuration } from '../values/duration.ts';
import { renderTable } from './table.ts';

/** What the columns need to know of a process. */
export interface ProcessItem extends ProcessState {
  readonly parent: number;
  readonly user: string;
  readonly realUser: string;
}

interface Column {
  readonly heading: string;
  readonly text: (process: ProcessItem) => string;
}

/** Podman's format descriptors. */
const columns: Readonly<Record<string, Column>> = {
  args: { heading: 'COMMAND', text: commandLine },
  comm: { heading: 'COMMAND', text: ({ name }) => name },
  etime: { heading: 'ELAPSED', text: ({ elapsed }) => duration(elapsed) },
  group: { heading: 'GROUP', text: ({ gid }) => String(gid) },
  hpid: { heading: 'HPID', text: ({ hostPid }) => String(hostPid) },
  huser: { heading: 'HUSER', text: ({ uid }) => String(uid) },
  nice: { heading: 'NI', text: ({ nice }) => String(nice) },
  pcpu: { heading: '%CPU', text: ({ cpuTime, elapsed }) => percent(cpuTime, elapsed) },
  pgid: { heading: 'PGID', text: ({ group }) => String(group) },
  pid: { heading: 'PID', text: ({ pid }) => String(pid) },
  ppid: { heading: 'PPID', text: ({ parent }) => String(parent) },
  rgroup: { heading: 'RGROUP', text: ({ realGid }) => String(realGid) },
  rss: { heading: 'RSS', text: ({ residentBytes }) => kibibytes(residentBytes) },
  ruser: { heading: 'RUSER', text: ({ realUser }) => realUser },
  state: { heading: 'STATE', text: ({ state }) => state },
  time: { heading: 'TIME', text: ({ cpuTime }) => duration(cpuTime) },
  tty: { heading: 'TTY', text: ({ terminal }) => terminal ?? '?' },
  user: { heading: 'USER', text: ({ user }) => user },
  vsz: { heading: 'VSZ', text: ({ virtualBytes }) => kibibytes(virtualBytes) },
};

const usual = ['user', 'pid', 'ppid', 'pcpu', 'etime', 'tty', 'time', 'args'];

/** The names of the columns that there are. */
export const processColumns = Object.keys(columns);

/**
 * A table of processes with the columns that descriptors name (`pid comm`, `pid,comm`), or with the usual ones.
 * Throws UsageError BAD_ARGUMENT for a descriptor that is none.
 */
export function renderProcesses(processes: readonly ProcessItem[], descriptors: readonly string[]): string {
  const names = descriptors.flatMap((word) => word.split(',')).filter((name) => name !== '');
  const chosen = (names.length === 0 ? usual : names).map(column);
  return renderTable([
    chosen.map(({ heading }) => heading),
    ...processes.map((process) => chosen.map(({ text }) => text(process))),
  ]);
}

function column(name: string): Column {
  const found = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'BAD_ARGUMENT',
    message: `${JSON.stringify(name)} is not a column of top`,
    hint: `columns are ${processColumns.join(', ')}`,
  });
}

/** A zombie has no command line any more, only a name. */
function commandLine({ args, name }: ProcessItem): string {
  return args.length === 0 ? `[${name}]` : args.join(' ');
}

function percent(part: number, whole: number): string {
  return whole <= 0 ? '0.000' : ((100 * part) / whole).toFixed(3);
}

/** To the millisecond, as nobody reads more. */
function duration(milliseconds: number): string {
  return formatDuration(BigInt(Math.round(milliseconds)) * 1_000_000n);
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)}KiB`;
}
