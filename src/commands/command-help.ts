import { renderCommandHelp } from '../render/help.ts';
import type { Flags } from './argv.ts';
import { flagHelp } from './flag-help.ts';

/** What a command class declares about itself. */
interface Declared {
  readonly id: string;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  readonly operands: { readonly usage: string };
  readonly aliases: readonly string[];
  readonly examples?: readonly (string | { readonly command: string })[];
  readonly flags: unknown;
}

/** The help text of a command that knows its id, from what it declares. Ends with a line feed. */
export function commandHelp(command: Declared): string {
  const { id, summary = '', description, operands, aliases, examples = [], flags } = command;
  const name = written(id);
  return renderCommandHelp({
    name,
    summary,
    ...(description !== undefined && { description }),
    operands: operands.usage,
    aliases: aliases.length === 0 ? [] : [name, ...aliases.map(written)],
    examples: examples.map((example) => (typeof example === 'string' ? example : example.command)),
    flags: flagHelp((flags ?? {}) as unknown as Flags),
  });
}

/** A command as it is typed. */
function written(id: string): string {
  return `pod ${id.replaceAll(':', ' ')}`;
}
