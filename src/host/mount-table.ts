import { readFile } from 'node:fs/promises';

/** One line of mountinfo. */
export interface MountEntry {
  readonly id: number;
  readonly parent: number;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The part of the file system that is mounted. */
  readonly root: string;
  readonly target: string;
  /** Options of the mount, `rw,nosuid`. */
  readonly options: readonly string[];
  /** Propagation, such as `shared:1`. */
  readonly propagation: readonly string[];
  readonly type: string;
  readonly source: string;
  /** Options of the file system. */
  readonly superOptions: readonly string[];
}

/** Everything mounted in our mount namespace, in the order of mounting (proc_pid_mountinfo(5)). */
export async function mountTable(): Promise<readonly MountEntry[]> {
  return parseMountTable(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** Reads the text of a mountinfo file. */
export function parseMountTable(text: string): readonly MountEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
}

function parseLine(line: string): MountEntry {
  const fields = line.split(' ');
  // The number of propagation fields varies; a lone hyphen ends them.
  const hyphen = fields.indexOf('-', 6);
  const field = (index: number) => fields[index] ?? '';
  return {
    id: Number(field(0)),
    parent: Number(field(1)),
    device: field(2),
    root: unescaped(field(3)),
    target: unescaped(field(4)),
    options: field(5).split(','),
    propagation: fields.slice(6, hyphen),
    type: field(hyphen + 1),
    source: unescaped(field(hyphen + 2)),
    superOptions: field(hyphen + 3).split(','),
  };
}

/** Spaces, tabs, line ends and backslashes are written as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
