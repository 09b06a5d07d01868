import { tryPod } from '../../pods/find.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class PodExists extends BaseCommand {
  static override summary = 'Tell by the exit code whether a pod exists (0) or not (1)';
  static override operands = { usage: 'POD', min: 1, max: 1 };
  static override flags = flags({
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(PodExists);
    const engine = await this.engine();
    const records = (await engine.observe()).map(({ record }) => record);
    process.exitCode = tryPod(records, args[0] ?? '', flags.namespace) === undefined ? 1 : 0;
  }
}
