import { snakeKeys } from '../../render/networks.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { inspect } from '../inspection.ts';
import { printInspected } from '../print-inspected.ts';

export default class NetworkInspect extends BaseCommand {
  static override summary = 'Show all about networks, and which pods are on them';
  static override operands = { usage: 'NETWORK [NETWORK...]', min: 1 };
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(NetworkInspect);
    const engine = await this.engine();
    await printInspected({
      names: args,
      format: flags.format,
      look: (name) => inspect(engine, ['network'], { name, namespace: undefined }),
      print: (text) => this.print(text),
      json: snakeKeys,
    });
  }
}
