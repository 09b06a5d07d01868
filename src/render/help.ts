import { displayWidth } from './width.ts';

/** A flag as help shows it. */
export interface FlagHelp {
  readonly name: string;
  readonly char?: string;
  readonly summary: string;
  /** The word for its value; absent for a boolean. */
  readonly value?: string;
  /** What the bare flag means, where the value may be left out. */
  readonly implied?: string;
  readonly default?: string;
}

export interface CommandHelp {
  /** The whole name, `pod kube play`. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** The operands, `[NAME...]`. Empty when there are none. */
  readonly operands: string;
  readonly aliases: readonly string[];
  readonly examples: readonly string[];
  readonly flags: readonly FlagHelp[];
}

export interface GroupHelp {
  /** `pod`, or `pod kube`. */
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly flags: readonly FlagHelp[];
}

/** The help text of one command, laid out as Podman's. Ends with a line feed. */
export function renderCommandHelp(command: CommandHelp): string {
  const options = command.flags.length === 0 ? '' : ' [options]';
  const operands = command.operands === '' ? '' : ` ${command.operands}`;
  return sections([
    command.summary,
    section('Description', command.description === undefined ? [] : command.description.trim().split('\n')),
    section('Usage', [`${command.name}${options}${operands}`]),
    section('Aliases', command.aliases.length === 0 ? [] : [command.aliases.join(', ')]),
    section('Examples', command.examples),
    flagSection(command.flags),
  ]);
}

/** The help text of a group of commands, or of all. Ends with a line feed. */
export function renderGroupHelp(group: GroupHelp): string {
  const width = Math.max(0, ...group.commands.map(({ name }) => displayWidth(name)));
  return sections([
    group.summary,
    section('Usage', [`${group.name}${group.flags.length === 0 ? '' : ' [options]'} [command]`]),
    section(
      'Available Commands',
      group.commands.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}`),
    ),
    flagSection(group.flags),
  ]);
}

function sections(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines.map((line) => `  ${line}`.trimEnd())].join('\n');
}

function flagSection(flags: readonly FlagHelp[]): string {
  const rows = [...flags]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => ({ left: flagUsage(flag), right: flagSummary(flag) }));
  const width = Math.max(0, ...rows.map(({ left }) => left.length));
  return section(
    'Options',
    rows.map(({ left, right }) => `${left.padEnd(width)}   ${right}`),
  );
}

function flagUsage({ name, char, value, implied }: FlagHelp): string {
  const letter = char === undefined ? '    ' : `-${char}, `;
  if (value === undefined) return `${letter}--${name}`;
  return implied === undefined ? `${letter}--${name} ${value}` : `${letter}--${name}[=${value}]`;
}

function flagSummary(flag: FlagHelp): string {
  return flag.default === undefined ? flag.summary : `${flag.summary} (default ${flag.default})`;
}
