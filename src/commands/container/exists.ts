import { tryContainer } from '../../pods/find.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class ContainerExists extends BaseCommand {
  static override summary = 'Tell by the exit code whether a container exists (0) or not (1)';
  static override operands = { usage: 'CONTAINER', min: 1, max: 1 };
  static override flags = flags({
    external: { type: 'boolean', hidden: true, summary: 'No effect' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(ContainerExists);
    const pods = await (await this.engine()).observe();
    const containers = pods.flatMap((pod) => pod.containers.map(({ record }) => record));
    process.exitCode = tryContainer(containers, args[0] ?? '', flags.namespace) === undefined ? 1 : 0;
  }
}
