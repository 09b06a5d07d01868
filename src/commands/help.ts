import { HelpBase } from '@oclif/core/help';
import { renderGroupHelp } from '../render/help.ts';
import { flagHelp } from './flag-help.ts';
import { globalFlags } from './global-flags.ts';

/** Lists the commands of a group, or of all. A single command's help is told by the command itself. */
export class Help extends HelpBase {
  async showHelp(words: string[]): Promise<void> {
    const prefix = words.map((word) => `${word}:`).join('');
    const topic = this.config.topics.find(({ name }) => name === words.join(':'));
    process.stdout.write(
      renderGroupHelp({
        name: ['pod', ...words].join(' '),
        summary: topic?.description ?? this.config.pjson.description ?? '',
        commands: this.#below(prefix),
        flags: words.length === 0 ? flagHelp(globalFlags) : [],
      }),
    );
  }

  async showCommandHelp(): Promise<void> {}

  /** Commands and groups whose name is one word longer than the prefix, sorted. */
  #below(prefix: string): { name: string; summary: string }[] {
    const entries = new Map<string, string>();
    const topics = new Map(this.config.topics.map(({ name, description = '' }) => [name, description]));
    for (const { id, summary = '', hidden, aliases } of this.config.commands) {
      if (hidden || !id.startsWith(prefix) || aliases.includes(id)) continue;
      const [word = '', ...more] = id.slice(prefix.length).split(':');
      entries.set(word, more.length === 0 ? summary : (topics.get(`${prefix}${word}`) ?? ''));
    }
    return [...entries]
      .map(([name, summary]) => ({ name, summary }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
