import { UsageError } from '../errors/usage-error.ts';
import { nearest } from '../values/nearest.ts';
import { type Flags, isFlag, leadingFlags } from './argv.ts';

/** Names of commands and their aliases, words separated by spaces, each with what it stands for. */
export type CommandTable = Readonly<Record<string, string>>;

/** What a command line asks for. */
export type Request =
  | { readonly type: 'command'; readonly id: string; readonly argv: readonly string[] }
  /** Help for a group of commands; for all of them when there are no words. */
  | { readonly type: 'help'; readonly words: readonly string[] }
  | { readonly type: 'version' };

/**
 * Finds the command that a command line names. Global flags may stand before, between and behind its words; those
 * before are handed on in `argv`. Throws UsageError UNKNOWN_COMMAND with the nearest name, UNKNOWN_FLAG.
 */
export function resolve(argv: readonly string[], table: CommandTable, globals: Flags): Request {
  const words: string[] = [];
  const handedOn: string[] = [];
  let rest = argv;
  for (;;) {
    const { front, rest: behind } = leadingFlags(rest, globals);
    handedOn.push(...front);
    rest = behind;
    const [word] = rest;
    if (word === undefined || !begins(table, [...words, word])) break;
    words.push(word);
    rest = rest.slice(1);
  }
  const id = table[words.join(' ')];
  if (id !== undefined) return { type: 'command', id, argv: [...handedOn, ...rest] };
  return group(words, rest, table);
}

function begins(table: CommandTable, words: readonly string[]): boolean {
  const name = words.join(' ');
  return Object.hasOwn(table, name) || Object.keys(table).some((known) => known.startsWith(`${name} `));
}

function group(words: readonly string[], [next, ...more]: readonly string[], table: CommandTable): Request {
  if (next === undefined || next === '--help' || next === '-h') {
    return { type: 'help', words };
  }
  if (next === 'help') return helpFor([...words, ...more], table);
  if (words.length === 0 && (next === '--version' || next === '-v')) return { type: 'version' };
  if (isFlag(next)) {
    throw new UsageError({
      code: 'UNKNOWN_FLAG',
      message: `unknown flag ${next}`,
      hint: `flags of a command follow its name; see ${['pod', ...words, '--help'].join(' ')}`,
    });
  }
  throw unknownCommand([...words, next], table);
}

function helpFor(words: readonly string[], table: CommandTable): Request {
  const id = table[words.join(' ')];
  if (id !== undefined) return { type: 'command', id, argv: ['--help'] };
  if (words.length === 0 || begins(table, words)) return { type: 'help', words };
  throw unknownCommand(words, table);
}

function unknownCommand(words: readonly string[], table: CommandTable): UsageError {
  const name = words.join(' ');
  const group = words.slice(0, -1);
  const siblings = Object.keys(table)
    .map((known) => known.split(' '))
    .filter((known) => known.length > group.length && group.every((word, index) => known[index] === word))
    .map((known) => known[group.length] ?? '');
  const near = nearest(words.at(-1) ?? '', [...new Set(siblings)]);
  const meant = near === undefined ? undefined : [...group, near].join(' ');
  return new UsageError({
    code: 'UNKNOWN_COMMAND',
    message: `unknown command: pod ${name}`,
    hint:
      meant === undefined
        ? `the commands are listed by ${['pod', ...group, '--help'].join(' ')}`
        : `did you mean: pod ${meant}?`,
  });
}
