import { prepare } from '../../play/prepare.ts';
import { readFiles } from '../../play/read-files.ts';
import { takeDown } from '../../play/take-down.ts';
import { renderDownReport } from '../../render/play-report.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class KubeDown extends BaseCommand {
  static override summary = 'Remove what `pod play kube` made of manifests';
  static override operands = { usage: 'FILE... | - | URL', min: 1 };
  static override examples = ['pod kube down app.yaml', 'pod kube down --force app.yaml'];
  static override flags = flags({
    force: { type: 'boolean', summary: 'Remove volumes with their data, too' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(KubeDown);
    const engine = await this.engine();
    const files = await readFiles({ names: args, stdin: process.stdin, download: engine.download });
    const { plan } = await prepare(engine.observers.store.objects, {
      files,
      configMaps: [],
      validate: 'ignore',
      options: { networks: [], publish: [], annotations: {} },
      references: false,
    });
    const taken = await takeDown(await engine.drivers(), plan, {
      volumes: flags.force,
      objects: true,
      signal: this.signal,
    });
    this.print(renderDownReport(taken));
    this.printOutcomes(taken.kept);
  }
}
