import { UsageError } from '../errors/usage-error.ts';
import type { Flags } from './argv.ts';

/** Flags that every command takes, before or after its name. Podman's names; those that change nothing here are accepted. */
export const globalFlags = {
  root: { type: 'option', helpValue: 'DIR', summary: 'Folder of images, layers and lasting state' },
  runroot: { type: 'option', helpValue: 'DIR', summary: 'Folder of the state of this boot' },
  runtime: { type: 'option', helpValue: 'PATH', summary: 'OCI runtime, by name or path' },
  conmon: { type: 'option', helpValue: 'PATH', summary: 'Path of conmon' },
  'cgroup-manager': { type: 'option', helpValue: 'MANAGER', summary: 'cgroupfs or systemd' },
  'network-config-dir': {
    type: 'option',
    aliases: ['cni-config-dir'],
    helpValue: 'DIR',
    summary: 'Folder of CNI network configurations',
  },
  'log-level': {
    type: 'option',
    helpValue: 'LEVEL',
    default: 'warn',
    read: logLevel,
    summary: 'Least severe messages to print: trace, debug, info, warn, error, fatal, panic',
  },
  debug: { type: 'boolean', char: 'D', hidden: true, summary: 'The same as --log-level debug' },
  'storage-driver': { type: 'option', hidden: true, helpValue: 'DRIVER', summary: 'Only overlay' },
  'storage-opt': {
    type: 'option',
    multiple: true,
    hidden: true,
    helpValue: 'OPTION',
    summary: 'Option of the storage driver',
  },
  tmpdir: { type: 'option', hidden: true, helpValue: 'DIR', summary: 'No effect' },
  'events-backend': { type: 'option', hidden: true, helpValue: 'BACKEND', summary: 'No effect' },
} as const satisfies Flags;

export type GlobalFlags = typeof globalFlags;

function logLevel(text: string): string {
  const levels = ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'fatal', 'panic'];
  const level = text.toLowerCase();
  if (levels.includes(level)) return level;
  throw new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `${JSON.stringify(text)} is not a level of messages`,
    hint: `levels are ${levels.join(', ')}`,
  });
}
