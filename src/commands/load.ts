import { BaseCommand, flags } from './base-command.ts';
import { standardInput } from './standard-input.ts';

export default class Load extends BaseCommand {
  static override summary = 'Load images from an archive, made by save of Podman or Docker';
  static override aliases = ['image load'];
  static override examples = ['pod load -i busybox.tar', 'pod load < busybox.tar.gz'];
  static override flags = flags({
    input: {
      type: 'option',
      char: 'i',
      helpValue: 'FILE',
      summary: 'The archive; standard input unless given',
    },
    quiet: { type: 'boolean', char: 'q', summary: 'No effect: loading prints no progress' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(Load);
    const source = flags.input ?? standardInput('name the archive: pod load -i FILE');
    const { images } = await this.engine();
    for (const name of await images.load(source)) this.print(`Loaded image: ${name}`);
  }
}
