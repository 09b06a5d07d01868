import type { Runtime } from '../contracts/runtime.ts';
import { PodError } from '../errors/pod-error.ts';
import { renderItem } from '../render/format.ts';
import { renderVersion, type VersionView } from '../render/version.ts';
import { BaseCommand, flags } from './base-command.ts';
import { packageVersion } from './package-version.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64' };

export default class Version extends BaseCommand {
  static override summary = 'Show the versions of pod and of what it runs containers with';
  static override examples = ["pod version --format '{{.Client.Version}}'"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
  });

  async run(): Promise<void> {
    const { format } = this.line(Version).flags;
    const { observers } = await this.engine();
    const view: VersionView = {
      Client: {
        Version: packageVersion(this.config.options.root),
        NodeVersion: process.version,
        Os: 'linux',
        OsArch: `linux/${architectures[process.arch] ?? process.arch}`,
      },
      Components: await components(observers.runtime),
    };
    this.print(format === undefined ? renderVersion(view) : renderItem(format, view));
  }
}

/** The programs that containers are run with, as far as they are installed. */
async function components(runtime: Runtime): Promise<VersionView['Components']> {
  const asked = await Promise.allSettled([
    runtime.identity(),
    runtime.monitor().then((monitor) => ({ name: 'conmon', ...monitor })),
  ]);
  return asked.flatMap((answer) => {
    if (answer.status === 'fulfilled') {
      const { name, version, path } = answer.value;
      return [{ Name: name, Version: version, Path: path }];
    }
    // Versions are shown whatever else is wrong here.
    if (answer.reason instanceof PodError) return [];
    throw answer.reason;
  });
}
