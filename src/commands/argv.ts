import { PodError } from '../errors/pod-error.ts';
import { UsageError } from '../errors/usage-error.ts';
import { nearest } from '../values/nearest.ts';

interface AnyFlag {
  readonly summary: string;
  /** One letter, for `-a`. */
  readonly char?: string;
  /** Other names that mean the same. */
  readonly aliases?: readonly string[];
  readonly hidden?: boolean;
}

/** `--all`, `--all=false`, `-a`. Never takes the next word. */
export interface BooleanFlag extends AnyFlag {
  readonly type: 'boolean';
  readonly default?: boolean;
}

/** `--name VALUE`, `--name=VALUE`, `-n VALUE`, `-nVALUE`, `-n=VALUE`. */
export interface OptionFlag extends AnyFlag {
  readonly type: 'option';
  /** What help calls the value. */
  readonly helpValue: string;
  readonly default?: string;
  /** What the flag means without a value; then a value has to be written as `--name=VALUE`. */
  readonly implied?: string;
  /** May be repeated; each takes exactly one value, and commas are part of it. */
  readonly multiple?: boolean;
  /** Turns the text into the value. A PodError that it throws becomes a UsageError that names the flag. */
  readonly read?: (text: string) => unknown;
}

export type Flag = BooleanFlag | OptionFlag;
export type Flags = Readonly<Record<string, Flag>>;

type OptionValue<F> = F extends { readonly read: (text: string) => infer Value } ? Value : string;

/** The value that a flag has after parsing. A flag without a default that was not given is undefined. */
export type FlagValue<F> = F extends { readonly type: 'boolean' }
  ? boolean
  : F extends { readonly multiple: true }
    ? readonly OptionValue<F>[]
    : F extends { readonly default: string }
      ? OptionValue<F>
      : OptionValue<F> | undefined;

export type FlagValues<F extends Flags> = { readonly [Name in keyof F]: FlagValue<F[Name]> };

export interface Grammar<F extends Flags> {
  readonly flags: F;
  /** False for commands that run another one: the first operand ends our flags. True unless given. */
  readonly interspersed?: boolean;
}

/** A command line taken apart. */
export interface CommandLine<F extends Flags> {
  readonly flags: FlagValues<F>;
  /** Names of the flags that were written, as opposed to defaults. */
  readonly given: ReadonlySet<string>;
  /** Operands, without the first `--`. */
  readonly args: readonly string[];
  /** How many of `args` stood before the first `--`; undefined without one. */
  readonly dash: number | undefined;
  /** True when `--help` or `-h` was written (`-h` only where no flag has that letter). */
  readonly help: boolean;
}

/**
 * Takes a command line apart by the rules of pflag, which Podman and kubectl use: a flag that needs a value takes
 * the next word whatever it looks like, a boolean one never does, letters cluster (`-it`), `-e=A=b` and `-eA=b` are
 * one, `-` is an operand, the last of a repeated flag counts unless it is `multiple`.
 * Where operands end the flags, a `--` right behind the first one is taken out too, as kubectl's users write it.
 * Throws UsageError UNKNOWN_FLAG or BAD_FLAG_VALUE.
 */
export function parseArgv<const F extends Flags>(
  argv: readonly string[],
  grammar: Grammar<F>,
): CommandLine<F> {
  const reader = new Reader(argv, grammar.flags);
  const args: string[] = [];
  let dash: number | undefined;
  for (let word = reader.next(); word !== undefined; word = reader.next()) {
    if (word === '--') {
      dash = args.length;
      args.push(...reader.rest());
    } else if (isFlag(word)) {
      reader.flag(word);
    } else {
      args.push(word);
      if (grammar.interspersed === false) {
        const rest = reader.rest();
        if (rest[0] === '--') dash = args.length;
        args.push(...(dash === undefined ? rest : rest.slice(1)));
      }
    }
  }
  return { flags: reader.values() as FlagValues<F>, given: reader.given, args, dash, help: reader.help };
}

/**
 * Separates the flags at the front that `flags` knows from the rest, which starts with the first word that is
 * none of them. Throws UsageError BAD_FLAG_VALUE for one that lacks its value.
 */
export function leadingFlags(argv: readonly string[], flags: Flags): { front: string[]; rest: string[] } {
  const reader = new Reader(argv, flags);
  let taken = 0;
  for (let word = reader.next(); word !== undefined; word = reader.next()) {
    if (!isFlag(word) || !reader.knows(word)) break;
    reader.flag(word);
    taken = reader.position;
  }
  return { front: argv.slice(0, taken), rest: argv.slice(taken) };
}

/** True for a word that is written as a flag: `-` alone and `--` are not. */
export function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith('-') && word !== '--';
}

/** Reads an integer, for a flag's `read`. */
export function integer(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text)) {
    throw new UsageError({
      code: 'BAD_FLAG_VALUE',
      message: `${JSON.stringify(text)} is not a whole number`,
    });
  }
  return Number(text);
}

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

class Reader {
  readonly given = new Set<string>();
  help = false;
  position = 0;
  readonly #argv: readonly string[];
  readonly #flags: Flags;
  readonly #names = new Map<string, string>();
  readonly #chars = new Map<string, string>();
  readonly #texts = new Map<string, string[]>();

  constructor(argv: readonly string[], flags: Flags) {
    this.#argv = argv;
    this.#flags = flags;
    for (const [name, { char, aliases = [] }] of Object.entries(flags)) {
      for (const known of [name, ...aliases]) this.#names.set(known, name);
      if (char !== undefined) this.#chars.set(char, name);
    }
  }

  next(): string | undefined {
    return this.#argv[this.position++];
  }

  rest(): string[] {
    const rest = this.#argv.slice(this.position);
    this.position = this.#argv.length;
    return rest;
  }

  knows(word: string): boolean {
    if (word.startsWith('--')) return this.#names.has(word.slice(2).replace(/=.*$/s, ''));
    return this.#chars.has(word[1] ?? '');
  }

  flag(word: string): void {
    if (word.startsWith('--')) this.#long(word.slice(2));
    else this.#cluster(word);
  }

  #long(text: string): void {
    const [, written = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
    const name = this.#names.get(written);
    if (name !== undefined) this.#set(name, `--${written}`, value);
    else if (written === 'help') this.help = truth('--help', value ?? 'true');
    else throw this.#unknown(`--${written}`, written);
  }

  #cluster(word: string): void {
    for (let at = 1; at < word.length; at++) {
      const char = word[at] ?? '';
      const name = this.#chars.get(char);
      if (name === undefined && char === 'h') {
        this.help = true;
        continue;
      }
      if (name === undefined) {
        throw this.#unknown(word.length === 2 ? word : `-${char} in ${word}`, undefined);
      }
      const rest = word.slice(at + 1);
      const value = rest.startsWith('=')
        ? rest.slice(1)
        : this.#takesValue(name) && rest !== ''
          ? rest
          : undefined;
      this.#set(name, `-${char}`, value);
      if (value !== undefined) return;
    }
  }

  #takesValue(name: string): boolean {
    const flag = this.#flags[name];
    return flag?.type === 'option' && flag.implied === undefined;
  }

  #set(name: string, written: string, value: string | undefined): void {
    const flag = this.#flags[name];
    const implied = flag?.type === 'option' ? flag.implied : 'true';
    const text = value ?? implied ?? this.next();
    if (text === undefined) {
      throw new UsageError({ code: 'BAD_FLAG_VALUE', message: `${written} needs a value` });
    }
    this.given.add(name);
    this.#texts.set(name, [...(this.#texts.get(name) ?? []), text]);
  }

  #unknown(written: string, name: string | undefined): UsageError {
    const visible = [...this.#names]
      .filter(([, target]) => !this.#flags[target]?.hidden)
      .map(([known]) => known);
    const meant = name === undefined ? undefined : nearest(name, visible);
    return new UsageError({
      code: 'UNKNOWN_FLAG',
      message: `unknown flag ${written}`,
      hint: meant === undefined ? 'the flags are listed by --help' : `did you mean --${meant}?`,
    });
  }

  values(): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(this.#flags).map(([name, flag]) => [name, flagValue(name, flag, this.#texts.get(name))]),
    );
  }
}

function flagValue(name: string, flag: Flag, texts: readonly string[] | undefined): unknown {
  if (flag.type === 'boolean') {
    const text = texts?.at(-1);
    return text === undefined ? (flag.default ?? false) : truth(`--${name}`, text);
  }
  const read = (text: string) => readValue(name, text, flag.read);
  if (flag.multiple) return (texts ?? (flag.default === undefined ? [] : [flag.default])).map(read);
  const text = texts?.at(-1) ?? flag.default;
  return text === undefined ? undefined : read(text);
}

function readValue(name: string, text: string, read: OptionFlag['read']): unknown {
  if (read === undefined) return text;
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    throw new UsageError({
      code: 'BAD_FLAG_VALUE',
      message: `wrong value for --${name}: ${error.message}`,
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    });
  }
}

function truth(written: string, text: string): boolean {
  const value = Object.hasOwn(truths, text) ? truths[text] : undefined;
  if (value !== undefined) return value;
  throw new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `wrong value for ${written}: ${JSON.stringify(text)} is neither true nor false`,
  });
}
