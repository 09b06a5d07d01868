import { pruneImages, prunePods, pruneVolumes } from '../../pods/prune.ts';
import { renderPruneReport } from '../../render/prune-report.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { confirm } from '../confirm.ts';

export default class SystemPrune extends BaseCommand {
  static override summary =
    'Remove what nothing uses: ended pods, images without a name, with --volumes also volumes';
  static override examples = ['pod system prune', 'pod system prune --all --volumes --force'];
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'All images that no container stands on' },
    force: { type: 'boolean', char: 'f', summary: 'Do not ask' },
    volumes: { type: 'boolean', summary: 'Volumes that no pod uses, too, with their data' },
  });

  async run(): Promise<void> {
    const { all, force, volumes } = this.line(SystemPrune).flags;
    const kinds = [
      'all pods that have ended',
      all
        ? 'all images that no container stands on'
        : 'all images without a name that no container stands on',
      ...(volumes ? ['all volumes that no pod uses, with their data'] : []),
    ];
    const warning = `This removes:\n${kinds.map((kind) => `  - ${kind}`).join('\n')}`;
    if (!(await confirm({ warning, force, signal: this.signal }))) return;
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = await prunePods(drivers, await engine.observe(), this.signal);
    const unused = volumes ? await pruneVolumes(drivers, await drivers.volumes.named()) : undefined;
    const images = await pruneImages(drivers, { all });
    this.print(
      renderPruneReport([
        ['Deleted Pods', pods],
        ...(unused === undefined ? [] : [['Deleted Volumes', unused] as const]),
        ['Deleted Images', images],
      ]),
    );
  }
}
