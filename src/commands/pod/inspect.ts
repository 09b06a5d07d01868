import { BaseCommand, flags } from '../base-command.ts';
import { inspect } from '../inspection.ts';
import { printInspected } from '../print-inspected.ts';

export default class PodInspect extends BaseCommand {
  static override summary = 'Show all about pods';
  static override operands = { usage: 'POD [POD...]', min: 1 };
  static override examples = ["pod pod inspect --format '{{.State}}' web"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(PodInspect);
    const engine = await this.engine();
    await printInspected({
      names: args,
      format: flags.format,
      look: (name) => inspect(engine, ['pod'], { name, namespace: flags.namespace }),
      print: (text) => this.print(text),
    });
  }
}
