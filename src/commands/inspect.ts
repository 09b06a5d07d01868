import { UsageError } from '../errors/usage-error.ts';
import { BaseCommand, flags } from './base-command.ts';
import { type InspectType, inspect, inspectTypes } from './inspection.ts';
import { printInspected } from './print-inspected.ts';

export default class Inspect extends BaseCommand {
  static override summary = 'Show all about containers, images, volumes, networks and pods';
  static override operands = { usage: 'NAME [NAME...]', min: 1 };
  static override examples = ['pod inspect web-app', "pod inspect --format '{{.State.Status}}' web-app"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
    size: { type: 'boolean', char: 's', hidden: true, summary: 'No effect' },
    type: {
      type: 'option',
      char: 't',
      helpValue: 'TYPE',
      default: 'all',
      read: readTypes,
      summary: 'Look only among these: all, container, image, volume, network or pod',
    },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(Inspect);
    const engine = await this.engine();
    await printInspected({
      names: args,
      format: flags.format,
      look: (name) => inspect(engine, flags.type, { name, namespace: flags.namespace }),
      print: (text) => this.print(text),
    });
  }
}

function readTypes(text: string): readonly InspectType[] {
  if (text === 'all' || text === '') return inspectTypes;
  const type = inspectTypes.find((candidate) => candidate === text);
  if (type !== undefined) return [type];
  throw new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `${JSON.stringify(text)} cannot be inspected`,
    hint: `types are all, ${inspectTypes.join(', ')}`,
  });
}
