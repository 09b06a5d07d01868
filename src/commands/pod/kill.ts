import { each } from '../../pods/each.ts';
import { kill } from '../../pods/kill.ts';
import { selectPods } from '../../pods/select.ts';
import { parseSignal } from '../../values/signal.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class PodKill extends BaseCommand {
  static override summary = 'Send a signal to the containers of pods';
  static override operands = { usage: 'POD...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'All pods' },
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
    const { args, flags } = this.line(PodKill);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = selectPods(await engine.observe(), { ...flags, names: args });
    const outcomes = await each(pods, {
      id: ({ record }) => record.id,
      act: ({ containers }) =>
        kill(
          drivers,
          containers.filter(({ record, running }) => running && record.role !== 'infra'),
          flags.signal,
        ),
    });
    this.printOutcomes(outcomes);
  }
}
