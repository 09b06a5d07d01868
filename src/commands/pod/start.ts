import { each } from '../../pods/each.ts';
import { hold } from '../../pods/hold.ts';
import { selectPods } from '../../pods/select.ts';
import { startPod } from '../../pods/start.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class PodStart extends BaseCommand {
  static override summary = 'Start pods that were created or stopped';
  static override operands = { usage: 'POD...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Start all pods' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(PodStart);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = selectPods(await engine.observe(), { ...flags, names: args });
    const outcomes = await each(pods, {
      id: ({ record }) => record.id,
      act: async ({ record }) => {
        await using held = await hold(drivers, { podId: record.id, wanted: 'running', signal: this.signal });
        await startPod(drivers, held, { warn: (message) => this.warn(message) });
      },
    });
    this.printOutcomes(outcomes);
  }
}
