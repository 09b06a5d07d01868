import { BaseCommand, flags } from './base-command.ts';
import { standardInput } from './standard-input.ts';

export default class Import extends BaseCommand {
  static override summary = 'Make an image of a tar with a root filesystem';
  static override aliases = ['image import'];
  static override operands = { usage: 'FILE | - [REFERENCE]', min: 1, max: 2 };
  static override examples = [
    'pod import --change \'CMD ["/bin/sh"]\' rootfs.tar localhost/base:latest',
    'tar -C rootfs -c . | pod import - localhost/base',
  ];
  static override flags = flags({
    change: {
      type: 'option',
      char: 'c',
      multiple: true,
      helpValue: 'INSTRUCTION',
      summary: 'CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME or WORKDIR, as in a Dockerfile',
    },
    message: {
      type: 'option',
      char: 'm',
      helpValue: 'TEXT',
      summary: 'Comment for the history of the image',
    },
    quiet: { type: 'boolean', char: 'q', summary: 'No effect: importing prints no progress' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(Import);
    const [file = '-', reference] = args;
    const source = file === '-' ? standardInput('name the tar: pod import FILE [REFERENCE]') : file;
    const { images } = await this.engine();
    const { id } = await images.import({
      source,
      changes: flags.change,
      ...(reference !== undefined && { reference }),
      ...(flags.message !== undefined && { message: flags.message }),
    });
    this.print(`sha256:${id}`);
  }
}
