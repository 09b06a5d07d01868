import { selectPods } from '../../pods/select.ts';
import { top } from '../../pods/top.ts';
import { processColumns, renderProcesses } from '../../render/processes.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class PodTop extends BaseCommand {
  static override summary = 'List the processes of a pod';
  static override description =
    `Numbers and names are those inside the containers.\nColumns: ${processColumns.join(' ')}`;
  static override operands = { usage: 'POD [COLUMN...]', min: 1 };
  static override examples = ['pod pod top web', 'pod pod top web pid user args'];
  static override flags = flags({
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(PodTop);
    const [name = '', ...descriptors] = args;
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const [pod] = selectPods(await engine.observe(), { names: [name], namespace: flags.namespace });
    if (pod === undefined) return;
    const running = pod.containers.filter((container) => container.running);
    const shown = running.length > 0 ? running : pod.containers.slice(0, 1);
    this.print(renderProcesses(await top(drivers, pod, shown), descriptors));
  }
}
