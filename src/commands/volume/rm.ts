import { UsageError } from '../../errors/usage-error.ts';
import { VolumeError } from '../../errors/volume-error.ts';
import { removeVolume } from '../../pods/remove-volume.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { eachOf } from '../each-of.ts';
import { findVolume } from '../find-volume.ts';
import { readSeconds } from '../read-seconds.ts';

export default class VolumeRm extends BaseCommand {
  static override summary = 'Remove volumes with their data';
  static override aliases = ['volume:remove'];
  static override operands = { usage: 'VOLUME...', min: 0 };
  static override examples = ['pod volume rm data', 'pod volume rm --all --force'];
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Remove all volumes' },
    force: {
      type: 'boolean',
      char: 'f',
      summary: 'Remove the pods that use them, too, and do not fail for those that do not exist',
    },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
    time: {
      type: 'option',
      char: 't',
      aliases: ['timeout'],
      helpValue: 'SECONDS',
      read: readSeconds,
      summary: 'With --force: seconds until what still runs is killed',
    },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(VolumeRm);
    checkNames(args, flags.all);
    const drivers = await (await this.engine()).drivers();
    const volumes = await drivers.volumes.named();
    const names = flags.all ? volumes.map(({ namespace, name }) => `${namespace}/${name}`) : args;
    await eachOf(names, async (name) => {
      const volume = findVolume(volumes, name, flags.namespace);
      if (volume === undefined && flags.force) return;
      if (volume === undefined) throw missing(name);
      await removeVolume(drivers, volume, {
        force: flags.force,
        graceSeconds: flags.time,
        signal: this.signal,
      });
      this.print(flags.all ? name.replace(/^default\//, '') : name);
    });
  }
}

function checkNames(names: readonly string[], all: boolean): void {
  if (all !== names.length > 0) return;
  throw new UsageError({
    code: all ? 'CONFLICTING_FLAGS' : 'MISSING_ARGUMENT',
    message: all ? '--all cannot be joined with names' : 'name at least one volume, or use --all',
  });
}

function missing(name: string): VolumeError {
  return new VolumeError({
    code: 'VOLUME_NOT_FOUND',
    message: `no volume with name "${name}" found: no such volume`,
    hint: '`pod volume ls` lists the volumes that there are',
    exitCode: 1,
  });
}
