import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseCommand, flags } from './base-command.ts';

export default class Version extends BaseCommand {
  static override summary = 'Show the version of pod';
  static override flags = flags({});

  async run(): Promise<void> {
    const { version } = JSON.parse(readFileSync(join(this.config.options.root, 'package.json'), 'utf8'));
    this.print(
      `Client:   pod\nVersion:  ${version}\nNode:     ${process.version}\nOS/Arch:  linux/${process.arch}`,
    );
  }
}
