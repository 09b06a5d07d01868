import { BaseCommand, flags } from '../base-command.ts';
import { findVolume } from '../find-volume.ts';

export default class VolumeExists extends BaseCommand {
  static override summary = 'Tell by the exit code whether a volume exists (0) or not (1)';
  static override operands = { usage: 'VOLUME', min: 1, max: 1 };
  static override flags = flags({
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(VolumeExists);
    const { volumes } = await this.engine();
    const found = findVolume(await volumes.named(), args[0] ?? '', flags.namespace);
    process.exitCode = found === undefined ? 1 : 0;
  }
}
