import { prunePods } from '../../pods/prune.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { confirm } from '../confirm.ts';

export default class PodPrune extends BaseCommand {
  static override summary = 'Remove the pods that have ended';
  static override flags = flags({
    force: { type: 'boolean', char: 'f', summary: 'Do not ask' },
  });

  async run(): Promise<void> {
    const { force } = this.line(PodPrune).flags;
    const warning = 'This removes all pods that have ended.';
    if (!(await confirm({ warning, force, signal: this.signal }))) return;
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const { removed } = await prunePods(drivers, await engine.observe(), this.signal);
    this.print(removed.join('\n'));
  }
}
