import { each } from '../pods/each.ts';
import { restartContainer } from '../pods/restart.ts';
import { selectContainers } from '../pods/select.ts';
import { BaseCommand, flags } from './base-command.ts';
import { givenAs } from './given-as.ts';
import { readSeconds } from './read-seconds.ts';

export default class Restart extends BaseCommand {
  static override summary = 'Stop containers and start them again';
  static override aliases = ['container:restart'];
  static override operands = { usage: 'CONTAINER...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Restart all containers' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
    time: {
      type: 'option',
      char: 't',
      aliases: ['timeout'],
      helpValue: 'SECONDS',
      read: readSeconds,
      summary: 'Seconds until what still runs is killed',
    },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Restart);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const outcomes = await each(selectContainers(await engine.observe(), { ...flags, names: args }), {
      id: givenAs(args),
      act: (container) =>
        restartContainer(drivers, container, {
          graceSeconds: flags.time,
          signal: this.signal,
          warn: (message) => this.warn(message),
        }),
    });
    this.printOutcomes(outcomes);
  }
}
