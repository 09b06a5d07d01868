import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderItem } from '../render/format.ts';
import { BaseCommand, flags } from './base-command.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64' };

export default class Version extends BaseCommand {
  static override summary = 'Show the version of pod';
  static override examples = ["pod version --format '{{.Client.Version}}'"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(Version);
    const { version } = JSON.parse(readFileSync(join(this.config.options.root, 'package.json'), 'utf8'));
    const Client = {
      Version: version,
      NodeVersion: process.version,
      Os: 'linux',
      OsArch: `linux/${architectures[process.arch] ?? process.arch}`,
    };
    if (flags.format !== undefined) return this.print(renderItem(flags.format, { Client }));
    this.print(
      `Client:        pod\nVersion:       ${version}\nNode Version:  ${process.version}\nOS/Arch:       ${Client.OsArch}`,
    );
  }
}
