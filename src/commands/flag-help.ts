import type { FlagHelp } from '../render/help.ts';
import type { Flags } from './argv.ts';

/** What help shows of declared flags; hidden ones are left out. */
export function flagHelp(flags: Flags): FlagHelp[] {
  return Object.entries(flags)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, flag]) => ({
      name,
      summary: flag.summary,
      ...(flag.char !== undefined && { char: flag.char }),
      ...(flag.type === 'option' && {
        value: flag.helpValue,
        ...(flag.implied !== undefined && { implied: flag.implied }),
      }),
      ...(flag.default !== undefined && flag.default !== false && { default: String(flag.default) }),
    }));
}
