import { BaseCommand } from './base-command.ts';

export default class Tag extends BaseCommand {
  static override summary = 'Give an image more names';
  static override aliases = ['image tag'];
  static override operands = { usage: 'IMAGE NAME [NAME...]', min: 2 };
  static override examples = ['pod tag busybox localhost/base:1.0'];

  async run(): Promise<void> {
    const [image = '', ...names] = this.line(Tag).args;
    const { images } = await this.engine();
    await images.tag(image, names);
  }
}
