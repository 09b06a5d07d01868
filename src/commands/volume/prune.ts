import { pruneVolumes } from '../../pods/prune.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { confirm } from '../confirm.ts';

export default class VolumePrune extends BaseCommand {
  static override summary = 'Remove the volumes that no pod uses, with their data';
  static override flags = flags({
    force: { type: 'boolean', char: 'f', summary: 'Do not ask' },
  });

  async run(): Promise<void> {
    const { force } = this.line(VolumePrune).flags;
    const warning = 'This removes all volumes that no pod uses, with their data.';
    if (!(await confirm({ warning, force, signal: this.signal }))) return;
    const drivers = await (await this.engine()).drivers();
    const { removed } = await pruneVolumes(drivers, await drivers.volumes.named());
    this.print(removed.join('\n'));
  }
}
