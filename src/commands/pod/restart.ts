import { each } from '../../pods/each.ts';
import { restartPod } from '../../pods/restart.ts';
import { selectPods } from '../../pods/select.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { readSeconds } from '../read-seconds.ts';

export default class PodRestart extends BaseCommand {
  static override summary = 'Stop pods and start them again';
  static override operands = { usage: 'POD...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Restart all pods' },
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
    const { args, flags } = this.line(PodRestart);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = selectPods(await engine.observe(), { ...flags, names: args });
    const outcomes = await each(pods, {
      id: ({ record }) => record.id,
      act: ({ record }) =>
        restartPod(drivers, record.id, {
          graceSeconds: flags.time,
          signal: this.signal,
          warn: (message) => this.warn(message),
        }),
    });
    this.printOutcomes(outcomes);
  }
}
