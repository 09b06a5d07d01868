import { UsageError } from '../errors/usage-error.ts';
import { selectContainers } from '../pods/select.ts';
import { type WaitCondition, wait } from '../pods/wait.ts';
import { parseDuration, toMilliseconds } from '../values/duration.ts';
import { BaseCommand, flags } from './base-command.ts';

const CONDITIONS: readonly WaitCondition[] = [
  'configured',
  'created',
  'exited',
  'removing',
  'running',
  'stopped',
];

export default class Wait extends BaseCommand {
  static override summary = 'Wait until containers have ended and print their exit codes';
  static override aliases = ['container:wait'];
  static override operands = { usage: 'CONTAINER...', min: 1 };
  static override flags = flags({
    condition: {
      type: 'option',
      helpValue: 'STATE',
      multiple: true,
      read: readCondition,
      summary: 'Wait for this state instead',
    },
    ignore: { type: 'boolean', summary: 'Do not fail for containers that do not exist' },
    interval: {
      type: 'option',
      char: 'i',
      helpValue: 'DURATION',
      default: '250ms',
      read: readInterval,
      summary: 'Time between two looks, for states that nothing announces',
    },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Wait);
    const engine = await this.engine();
    const containers = selectContainers(await engine.observe(), { ...flags, names: args });
    const codes = await Promise.all(
      containers.map(({ record }) =>
        wait(engine.observers, record.id, {
          conditions: flags.condition,
          interval: flags.interval,
          signal: this.signal,
        }),
      ),
    );
    this.print(codes.map((code) => `${code}\n`).join(''));
  }
}

function readCondition(text: string): WaitCondition {
  const found = CONDITIONS.find((condition) => condition === text);
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `${JSON.stringify(text)} is not a state to wait for`,
    hint: `states are ${CONDITIONS.join(', ')}`,
  });
}

/** Podman reads a bare number as milliseconds. */
function readInterval(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : toMilliseconds(parseDuration(text));
}
