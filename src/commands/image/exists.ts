import { BaseCommand } from '../base-command.ts';

export default class ImageExists extends BaseCommand {
  static override summary = 'Tell by the exit code whether an image exists: 0 or 1';
  static override operands = { usage: 'IMAGE', min: 1, max: 1 };

  async run(): Promise<void> {
    const [name = ''] = this.line(ImageExists).args;
    const { images } = await this.engine();
    if ((await images.find(name)) === undefined) process.exitCode = 1;
  }
}
