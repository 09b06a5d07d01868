import { prunePods } from '../../pods/prune.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { confirm } from '../confirm.ts';

export default class ContainerPrune extends BaseCommand {
  static override summary = 'Remove containers whose whole pod has ended';
  static override flags = flags({
    force: { type: 'boolean', char: 'f', summary: 'Do not ask' },
  });

  async run(): Promise<void> {
    const { force } = this.line(ContainerPrune).flags;
    const warning = 'This removes all containers whose whole pod has ended.';
    if (!(await confirm({ warning, force, signal: this.signal }))) return;
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = await engine.observe();
    const { removed } = await prunePods(drivers, pods, this.signal);
    const gone = pods.filter(({ record }) => removed.includes(record.id));
    const members = gone.flatMap(({ record }) => record.containers.filter(({ role }) => role !== 'infra'));
    this.print(members.map(({ id }) => id).join('\n'));
  }
}
