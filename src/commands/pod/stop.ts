import { each } from '../../pods/each.ts';
import { hold } from '../../pods/hold.ts';
import { selectPods } from '../../pods/select.ts';
import { stopPod } from '../../pods/stop.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { readSeconds } from '../read-seconds.ts';

export default class PodStop extends BaseCommand {
  static override summary = 'Stop pods';
  static override operands = { usage: 'POD...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Stop all pods' },
    ignore: { type: 'boolean', char: 'i', summary: 'Do not fail for pods that do not exist' },
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
    const { args, flags } = this.line(PodStop);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = selectPods(await engine.observe(), { ...flags, names: args });
    const outcomes = await each(pods, {
      id: ({ record }) => record.id,
      act: async ({ record }) => {
        await using held = await hold(drivers, { podId: record.id, wanted: 'stopped', signal: this.signal });
        await stopPod(drivers, held, { graceSeconds: flags.time });
      },
    });
    this.printOutcomes(outcomes);
  }
}
