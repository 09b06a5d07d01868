import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandFiles } from '../../scripts/bundle.ts';
import type { Flags } from '../../src/commands/argv.ts';
import type { BaseCommand } from '../../src/commands/base-command.ts';

/** Where the surface of all commands is kept. `node test/cli/command-surface.ts` writes it anew. */
export const surfaceFile = join(import.meta.dirname, 'commands.json');

/** One command as scripts of users see it. */
export interface Surface {
  readonly aliases: readonly string[];
  readonly operands: string;
  /** Each flag as help would write it, hidden ones too. */
  readonly flags: readonly string[];
}

/** Every command by its name, with all that a script may depend on. */
export async function commandSurface(): Promise<Readonly<Record<string, Surface>>> {
  const commands = await Promise.all(
    commandFiles().map(async (file) => [nameOf(file), await surface(file)] as const),
  );
  return Object.fromEntries(commands.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function nameOf(file: string): string {
  return file
    .replace(/^commands\//, '')
    .replace(/\.ts$/, '')
    .replaceAll('/', ' ');
}

async function surface(file: string): Promise<Surface> {
  const module: { default: typeof BaseCommand } = await import(join('..', '..', 'src', file));
  const { aliases, operands, flags } = module.default;
  return {
    aliases: aliases.map((alias) => alias.replaceAll(':', ' ')).sort(),
    operands: operands.usage,
    flags: Object.entries((flags ?? {}) as unknown as Flags)
      .map(flagText)
      .sort(),
  };
}

function flagText([name, flag]: [string, Flags[string]]): string {
  const names = [name, ...(flag.aliases ?? [])].map((each) => `--${each}`);
  const value = flag.type === 'boolean' ? '' : ` ${flag.helpValue}${flag.multiple ? '...' : ''}`;
  return `${[...names, ...(flag.char === undefined ? [] : [`-${flag.char}`])].join(', ')}${value}`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(surfaceFile, `${JSON.stringify(await commandSurface(), null, 2)}\n`);
}
