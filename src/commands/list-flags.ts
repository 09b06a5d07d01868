import { parseAssignment } from '../values/assignment.ts';
import type { Flags } from './argv.ts';

/** Flags of all commands that list things. */
export const listFlags = {
  filter: {
    type: 'option',
    char: 'f',
    helpValue: 'KEY=VALUE',
    multiple: true,
    read: parseAssignment,
    summary: 'Show only those that match',
  },
  format: { type: 'option', helpValue: 'FORMAT', summary: 'json, or a Go template' },
  noheading: { type: 'boolean', char: 'n', summary: 'Leave the headings out' },
  quiet: { type: 'boolean', char: 'q', summary: 'Show names or ids only' },
} as const satisfies Flags;
