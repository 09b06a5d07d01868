import { ImageError } from '../errors/image-error.ts';
import { UsageError } from '../errors/usage-error.ts';
import { BaseCommand, flags } from './base-command.ts';
import { eachOf } from './each-of.ts';

/** Podman's exit codes, for scripts that look at them. */
const exitCodes: Readonly<Record<string, number>> = { IMAGE_NOT_FOUND: 1, IMAGE_IN_USE: 2 };

export default class Rmi extends BaseCommand {
  static override summary = 'Remove images';
  static override aliases = ['image rm', 'image remove'];
  static override operands = { usage: 'IMAGE [IMAGE...]', min: 0 };
  static override examples = ['pod rmi busybox', 'pod rmi --all'];
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Remove all images' },
    force: {
      type: 'boolean',
      char: 'f',
      summary: 'Remove an image by id with all of its names, even if it is in use',
    },
    ignore: { type: 'boolean', char: 'i', summary: 'An image that does not exist is no error' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(Rmi);
    if (flags.all === args.length > 0) {
      throw new UsageError({
        code: flags.all ? 'CONFLICTING_FLAGS' : 'MISSING_ARGUMENT',
        message: flags.all
          ? '--all and names of images exclude each other'
          : 'pod rmi needs at least 1 argument',
        hint: 'usage: pod rmi IMAGE [IMAGE...], or pod rmi --all',
      });
    }
    const { images } = await this.engine();
    const names = flags.all ? (await images.list()).map(({ id }) => id) : args;
    await eachOf(names, async (name) => {
      try {
        const { untagged, deleted } = await images.remove(name, { force: flags.force || flags.all });
        for (const reference of untagged) this.print(`Untagged: ${reference}`);
        for (const id of deleted) this.print(`Deleted: ${id}`);
      } catch (error) {
        if (!(error instanceof ImageError)) throw error;
        if (flags.ignore && error.code === 'IMAGE_NOT_FOUND') return;
        throw new ImageError({
          code: error.code,
          message: error.message,
          ...(error.hint !== undefined && { hint: error.hint }),
          exitCode: exitCodes[error.code] ?? error.exitCode,
          cause: error,
        });
      }
    });
  }
}
