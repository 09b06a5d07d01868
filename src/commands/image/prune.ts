import { pruneImages } from '../../pods/prune.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { confirm } from '../confirm.ts';

export default class ImagePrune extends BaseCommand {
  static override summary = 'Remove images without a name that nothing stands on';
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Also those that have a name' },
    force: { type: 'boolean', char: 'f', summary: 'Do not ask' },
  });

  async run(): Promise<void> {
    const { all, force } = this.line(ImagePrune).flags;
    const warning = all
      ? 'This removes all images that no container stands on.'
      : 'This removes all images without a name that no container stands on.';
    if (!(await confirm({ warning, force, signal: this.signal }))) return;
    const { removed } = await pruneImages(await this.engine(), { all });
    this.print(removed.join('\n'));
  }
}
