import { renderItem } from '../../render/format.ts';
import { imageInspection } from '../../render/images.ts';
import { renderJson } from '../../render/json.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { eachOf } from '../each-of.ts';

export default class ImageInspect extends BaseCommand {
  static override summary = 'Show all about images';
  static override operands = { usage: 'IMAGE [IMAGE...]', min: 1 };
  static override examples = ["pod image inspect --format '{{.Config.Env}}' busybox"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(ImageInspect);
    const { format } = flags;
    const { images } = await this.engine();
    const found: object[] = [];
    try {
      await eachOf(args, async (name) => {
        const image = await images.get(name);
        const [config, manifest] = await Promise.all([images.config(image.id), images.manifest(image.id)]);
        found.push(imageInspection({ image, config }, manifest));
      });
    } finally {
      if (format === undefined || format.trim() === 'json') this.print(renderJson(found));
      else for (const item of found) this.print(renderItem(format, item));
    }
  }
}
