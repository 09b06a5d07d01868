import { each } from '../pods/each.ts';
import { holdAsIs } from '../pods/hold.ts';
import { selectContainers } from '../pods/select.ts';
import { graceOf, stopContainer } from '../pods/stop.ts';
import { BaseCommand, flags } from './base-command.ts';
import { givenAs } from './given-as.ts';
import { readSeconds } from './read-seconds.ts';

export default class Stop extends BaseCommand {
  static override summary = 'Stop containers';
  static override aliases = ['container:stop'];
  static override operands = { usage: 'CONTAINER...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Stop all containers' },
    ignore: { type: 'boolean', char: 'i', summary: 'Do not fail for containers that do not exist' },
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
    const { args, flags } = this.line(Stop);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = await engine.observe();
    const outcomes = await each(selectContainers(pods, { ...flags, names: args }), {
      id: givenAs(args),
      act: async (member) => {
        const { podId } = member.record;
        await using held = await holdAsIs(drivers, { podId, signal: this.signal });
        const pod = pods.find(({ record }) => record.id === podId)?.pod;
        const deadline = drivers.clock.now().getTime() + 1000 * (flags.time ?? graceOf({ pod }));
        await stopContainer(drivers, held, { member, deadline });
      },
    });
    this.printOutcomes(outcomes);
  }
}
