import { BaseCommand, flags } from '../base-command.ts';

export default class NetworkPrune extends BaseCommand {
  static override summary = 'Take down what no pod needs of the networks any more';
  static override description =
    'Networks that are configured by files in the configuration folder belong to whoever put them there, and stay.';
  static override flags = flags({
    force: { type: 'boolean', char: 'f', summary: 'Nothing is ever asked; accepted for scripts' },
  });

  async run(): Promise<void> {
    this.line(NetworkPrune);
    const { network } = await (await this.engine()).drivers();
    await network.ensure();
  }
}
