import { findLeftovers, removeLeftovers } from '../../pods/check.ts';
import { renderLeftovers } from '../../render/leftovers.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class SystemCheck extends BaseCommand {
  static override summary =
    'Look for what dead commands have left on this machine, and with --repair remove it';
  static override description =
    'Pods and containers that there are, are never touched. The exit code is 1 if something was found and not removed.';
  static override examples = ['pod system check', 'pod system check --repair'];
  static override flags = flags({
    force: { type: 'boolean', char: 'f', hidden: true, summary: 'No effect' },
    quick: { type: 'boolean', char: 'q', hidden: true, summary: 'No effect' },
    repair: { type: 'boolean', char: 'r', summary: 'Remove what is found' },
  });

  async run(): Promise<void> {
    const { repair } = this.line(SystemCheck).flags;
    const drivers = await (await this.engine()).untidied();
    const leftovers = await findLeftovers(drivers);
    if (repair) await removeLeftovers(drivers, leftovers);
    this.print(renderLeftovers({ texts: leftovers.map(({ text }) => text), removed: repair }));
    if (leftovers.length === 0 || repair) return;
    process.exitCode = 1;
    process.stderr.write('Hint: pod system check --repair removes them\n');
  }
}
