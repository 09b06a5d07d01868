import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BaseCommand } from '../../src/commands/base-command.ts';
import { commandHelp } from '../../src/commands/command-help.ts';
import { flagHelp } from '../../src/commands/flag-help.ts';
import { globalFlags } from '../../src/commands/global-flags.ts';
import { renderGroupHelp } from '../../src/render/help.ts';

const folder = join(import.meta.dirname, '../../src/commands');

const HEAD = `# Commands

Made from the commands by \`npm run docs\`; it is what \`--help\` prints. Flags may stand before or after operands, except
for \`exec\`, where everything after the container belongs to the command. NAME is a name or the beginning of an id.
`;

/** Every command's help, under the flags that all of them take. */
export async function commandsPage(): Promise<string> {
  const commands = (await Promise.all(files().map(load))).filter((command) => command !== undefined);
  const flags = renderGroupHelp({ name: 'pod', summary: '', commands: [], flags: flagHelp(globalFlags) });
  return [
    HEAD,
    section('Flags of every command', `${flags.slice(flags.indexOf('Options:'))}`),
    ...commands.map((command) => section(title(command), commandHelp(command))),
  ].join('\n');
}

function section(heading: string, text: string): string {
  return `## ${heading}\n\n\`\`\`text\n${text}\`\`\`\n`;
}

function title({ id }: typeof BaseCommand): string {
  return `pod ${(id ?? '').replaceAll(':', ' ')}`;
}

function files(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort();
}

/** The command that a file holds by its default export; undefined for the files that commands are made of. */
async function load(file: string): Promise<typeof BaseCommand | undefined> {
  const { default: command }: { default?: typeof BaseCommand } = await import(join(folder, file));
  if (command === undefined || !(command.prototype instanceof BaseCommand) || command.hidden)
    return undefined;
  command.id = file.slice(0, -'.ts'.length).replaceAll('/', ':');
  return command;
}
