import { BaseCommand } from '../base-command.ts';
import { findNetwork } from '../find-network.ts';

export default class NetworkExists extends BaseCommand {
  static override summary = 'Tell by the exit code whether a network exists (0) or not (1)';
  static override operands = { usage: 'NETWORK', min: 1, max: 1 };

  async run(): Promise<void> {
    const [name = ''] = this.line(NetworkExists).args;
    const { network } = await this.engine();
    process.exitCode = findNetwork(await network.list(), name) === undefined ? 1 : 0;
  }
}
