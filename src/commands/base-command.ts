import type { Config, Interfaces } from '@oclif/core';
import { Command } from '@oclif/core/command';
import type { Engine } from '../engine.ts';
import { exitCode, isBrokenPipe } from '../errors/exit-code.ts';
import { UsageError } from '../errors/usage-error.ts';
import { asNotRoot } from '../host/root.ts';
import type { Outcome } from '../pods/each.ts';
import { renderError, renderWarning } from '../render/errors.ts';
import { styleFor } from '../render/style.ts';
import { type CommandLine, type Flags, type FlagValues, parseArgv } from './argv.ts';
import { commandHelp } from './command-help.ts';
import { type GlobalFlags, globalFlags } from './global-flags.ts';
import { interruption } from './interruption.ts';

/** What stands on a command line beside flags. */
export interface Operands {
  /** As help shows it, `[NAME...]`. */
  readonly usage: string;
  readonly min: number;
  /** Undefined: any number. */
  readonly max?: number;
}

declare const specs: unique symbol;

/** Flags in the form that oclif's discovery reads, which still know the types of their values. */
export type Declared<F extends Flags> = Interfaces.FlagInput<{ [Name in keyof F]: unknown }> & {
  readonly [specs]?: F;
};

/** Declares a command's flags. */
export function flags<const F extends Flags>(declared: F): Declared<F> {
  return declared as unknown as Declared<F>;
}

/**
 * What all commands have. A command declares `summary`, `flags`, `operands` and, if it runs another program,
 * `interspersed = false`; its `run` reads the command line with `line`, calls the engine once and prints.
 */
export abstract class BaseCommand extends Command {
  static override strict = false;
  static override baseFlags = flags(globalFlags);
  static operands: Operands = { usage: '', min: 0, max: 0 };
  static interspersed = true;

  #line: CommandLine<Flags> | undefined;

  /** The command line, typed by the command's own declaration: `this.line(PodPs)`. */
  protected line<F extends Flags>(command: { readonly flags: Declared<F> }): CommandLine<F & GlobalFlags>;
  protected line(): CommandLine<Flags> {
    this.#line ??= this.#parse();
    return this.#line;
  }

  /** Aborted when the command is to end early, see `interruption`. Asking for it takes over what would end the process. */
  protected get signal(): AbortSignal {
    return interruption();
  }

  /** The engine of the store that the global flags name. */
  protected async engine(): Promise<Engine> {
    const { createEngine } = await import('../engine.ts');
    const globals = this.globals;
    return createEngine({
      env: process.env,
      cwd: process.cwd(),
      uid: process.geteuid?.() ?? 0,
      flags: {
        root: globals.root,
        runroot: globals.runroot,
        runtime: globals.runtime,
        conmon: globals.conmon,
        cgroupManager: globals['cgroup-manager'],
        networkConfigDir: globals['network-config-dir'],
        storageDriver: globals['storage-driver'],
      },
    });
  }

  /** Writes to standard output. A line feed is added unless the text ends with one, or is empty. */
  protected print(text: string): void {
    if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Tells something on standard error that the user should know and that is no failure. */
  override warn(input: string | Error): string | Error {
    process.stderr.write(
      renderWarning(typeof input === 'string' ? input : input.message, styleFor(process.stderr, process.env)),
    );
    return input;
  }

  /** Runs on the Config as it is; oclif's own `run` would read the whole package again. */
  static override async run<T extends Command>(
    this: new (
      argv: string[],
      config: Config,
    ) => T,
    argv: string[],
    config: Config,
  ): Promise<ReturnType<T['run']>> {
    const command: Command = new this(argv, config);
    return (command as BaseCommand)._run();
  }

  /** Prints the ids of what succeeded, in order, and tells each failure; the exit code is that of the last one. */
  protected printOutcomes(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      if ('error' in outcome) this.#fail(outcome.error);
      else this.print(outcome.id);
    }
  }

  /** Runs the command and sets the exit code. Never throws: what fails is told on standard error. */
  protected override async _run<T>(): Promise<T> {
    try {
      this.#line = this.#parse();
      if (this.#line.help) this.print(commandHelp(this.#declared));
      else return (await this.run()) as T;
    } catch (error) {
      this.#fail(error);
    }
    return undefined as T;
  }

  /** Values of the flags that every command takes. */
  protected get globals(): FlagValues<GlobalFlags> {
    this.#line ??= this.#parse();
    return this.#line.flags as unknown as FlagValues<GlobalFlags>;
  }

  get #declared(): typeof BaseCommand {
    return this.constructor as typeof BaseCommand;
  }

  #parse(): CommandLine<Flags> {
    const { interspersed, operands, baseFlags, flags } = this.#declared;
    const line = parseArgv(this.argv, {
      flags: { ...baseFlags, ...flags } as unknown as Flags,
      interspersed,
    });
    if (!line.help) checkOperands(line.args, operands, this.#name);
    return line;
  }

  get #name(): string {
    return `pod ${(this.#declared.id ?? '').replaceAll(':', ' ')}`;
  }

  #fail(error: unknown): void {
    process.exitCode = exitCode(error);
    if (isBrokenPipe(error)) return;
    const { debug, 'log-level': level } = this.#line?.flags ?? {};
    const verbose = debug === true || level === 'debug' || level === 'trace';
    process.stderr.write(
      renderError(asNotRoot(error), { style: styleFor(process.stderr, process.env), verbose }),
    );
  }
}

function checkOperands(args: readonly string[], { min, max, usage }: Operands, name: string): void {
  const fits = args.length >= min && args.length <= (max ?? Number.POSITIVE_INFINITY);
  if (fits) return;
  const few = args.length < min;
  throw new UsageError({
    code: few ? 'MISSING_ARGUMENT' : 'BAD_ARGUMENT',
    message: few
      ? `${name} needs ${count(min, max)}`
      : `${name} takes ${max === 0 ? 'no arguments' : count(min, max)}`,
    hint: `usage: ${usage === '' ? name : `${name} ${usage}`}`,
  });
}

function count(min: number, max: number | undefined): string {
  const bound = min === max ? '' : max === undefined ? 'at least ' : 'at most ';
  const number = bound === 'at most ' ? max : min;
  return `${bound}${number} ${number === 1 ? 'argument' : 'arguments'}`;
}
