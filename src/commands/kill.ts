import { each } from '../pods/each.ts';
import { kill } from '../pods/kill.ts';
import { selectContainers } from '../pods/select.ts';
import { parseSignal } from '../values/signal.ts';
import { BaseCommand, flags } from './base-command.ts';
import { givenAs } from './given-as.ts';

export default class Kill extends BaseCommand {
  static override summary = 'Send a signal to running containers';
  static override aliases = ['container:kill'];
  static override operands = { usage: 'CONTAINER...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'All that run' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
    signal: {
      type: 'option',
      char: 's',
      helpValue: 'SIGNAL',
      default: 'KILL',
      read: parseSignal,
      summary: 'Name or number of the signal',
    },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Kill);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const named = selectContainers(await engine.observe(), { ...flags, names: args });
    const outcomes = await each(flags.all ? named.filter(({ running }) => running) : named, {
      id: givenAs(args),
      act: (container) => kill(drivers, [container], flags.signal),
    });
    this.printOutcomes(outcomes);
  }
}
