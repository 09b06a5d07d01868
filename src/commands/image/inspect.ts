import { imageInspection } from '../../render/images.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { printInspected } from '../print-inspected.ts';

export default class ImageInspect extends BaseCommand {
  static override summary = 'Show all about images';
  static override operands = { usage: 'IMAGE [IMAGE...]', min: 1 };
  static override examples = ["pod image inspect --format '{{.Config.Env}}' busybox"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(ImageInspect);
    const { images } = await this.engine();
    await printInspected({
      names: args,
      format: flags.format,
      look: async (name) => {
        const image = await images.get(name);
        const [config, manifest] = await Promise.all([images.config(image.id), images.manifest(image.id)]);
        return imageInspection({ image, config }, manifest);
      },
      print: (text) => this.print(text),
    });
  }
}
