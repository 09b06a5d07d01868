import { findTarget } from '../pods/target.ts';
import { top } from '../pods/top.ts';
import { processColumns, renderProcesses } from '../render/processes.ts';
import { BaseCommand, flags } from './base-command.ts';

export default class Top extends BaseCommand {
  static override summary = 'List the processes of a container';
  static override aliases = ['container:top'];
  static override description =
    `Numbers and names are those inside the container.\nColumns: ${processColumns.join(' ')}`;
  static override operands = { usage: 'NAME [COLUMN...]', min: 1 };
  static override examples = ['pod top web-app', 'pod top web-app pid user args'];
  static override flags = flags({
    container: { type: 'option', char: 'c', helpValue: 'NAME', summary: 'Container of the pod' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Top);
    const [name = '', ...descriptors] = args;
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const { pod, container } = findTarget(await engine.observe(), { ...flags, name });
    this.print(renderProcesses(await top(drivers, pod, [container]), descriptors));
  }
}
