import { BaseCommand, flags } from './base-command.ts';

export default class Import extends BaseCommand {
  static override summary = 'Make an image of a root filesystem in a tar';
  static override operands = { usage: 'FILE|- [REFERENCE]', min: 1, max: 2 };
  static override flags = flags({
    change: {
      type: 'option',
      char: 'c',
      helpValue: 'INSTRUCTION',
      multiple: true,
      summary: 'Dockerfile instruction',
    },
    message: { type: 'option', char: 'm', helpValue: 'TEXT', summary: 'Comment' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Import);
    const engine = await this.engine();
    const [source = '', reference] = args;
    const image = await engine.images.import({
      source: source === '-' ? process.stdin : source,
      changes: flags.change,
      ...(reference === undefined ? {} : { reference }),
      ...(flags.message === undefined ? {} : { message: flags.message }),
    });
    this.print(image.id);
  }
}
