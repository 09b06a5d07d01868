import { BaseCommand, flags } from '../base-command.ts';
import { inspect } from '../inspection.ts';
import { printInspected } from '../print-inspected.ts';

export default class VolumeInspect extends BaseCommand {
  static override summary = 'Show all about volumes';
  static override operands = { usage: 'VOLUME [VOLUME...]', min: 1 };
  static override examples = ["pod volume inspect --format '{{.Mountpoint}}' data"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(VolumeInspect);
    const engine = await this.engine();
    await printInspected({
      names: args,
      format: flags.format,
      look: (name) => inspect(engine, ['volume'], { name, namespace: flags.namespace }),
      print: (text) => this.print(text),
    });
  }
}
