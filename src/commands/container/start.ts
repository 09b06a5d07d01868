import { each } from '../../pods/each.ts';
import { hold } from '../../pods/hold.ts';
import { selectContainers } from '../../pods/select.ts';
import { startContainer } from '../../pods/start.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { givenAs } from '../given-as.ts';

export default class ContainerStart extends BaseCommand {
  static override summary = 'Start containers that have ended or were stopped';
  static override aliases = ['start'];
  static override operands = { usage: 'CONTAINER...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', summary: 'Start all containers' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(ContainerStart);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const outcomes = await each(selectContainers(await engine.observe(), { ...flags, names: args }), {
      id: givenAs(args),
      act: async ({ record }) => {
        await using held = await hold(drivers, {
          podId: record.podId,
          wanted: 'running',
          signal: this.signal,
        });
        await startContainer(drivers, held, record.id, { warn: (message) => this.warn(message) });
      },
    });
    this.printOutcomes(outcomes);
  }
}
