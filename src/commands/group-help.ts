import type { Config } from '@oclif/core/config';
import { renderGroupHelp } from '../render/help.ts';
import { flagHelp } from './flag-help.ts';
import { globalFlags } from './global-flags.ts';
import type { CommandTable } from './resolve.ts';

export interface Group {
  /** The group's words, `['kube']`; none for all commands. */
  readonly words: readonly string[];
  readonly table: CommandTable;
  /** Loaded, so that it knows commands and topics from the manifest. */
  readonly config: Config;
}

/** The help text of a group of commands. A command's own help is told by the command. */
export function groupHelp({ words, table, config }: Group): string {
  const topics = new Map(
    config.topics.map(({ name, description = '' }) => [name.replaceAll(':', ' '), description]),
  );
  const prefix = words.map((word) => `${word} `).join('');
  const commands = new Map<string, string>();
  // The table names a command before its aliases, which are listed only where its own name is not.
  const listed = new Set<string>();
  for (const [name, id] of Object.entries(table)) {
    const command = config.findCommand(id);
    if (!name.startsWith(prefix) || command === undefined || command.hidden) continue;
    const [word = '', ...more] = name.slice(prefix.length).split(' ');
    if (more.length > 0) commands.set(word, topics.get(`${prefix}${word}`) ?? '');
    else if (!listed.has(id)) commands.set(word, command.summary ?? '');
    if (more.length === 0) listed.add(id);
  }
  return renderGroupHelp({
    name: ['pod', ...words].join(' '),
    summary: topics.get(words.join(' ')) ?? config.pjson.description ?? '',
    commands: [...commands]
      .map(([name, summary]) => ({ name, summary }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    flags: words.length === 0 ? flagHelp(globalFlags) : [],
  });
}
