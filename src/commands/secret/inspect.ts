import type { Secret } from '../../kube/wire.ts';
import { secretView } from '../../render/secrets.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { findSecret } from '../find-secret.ts';
import { printInspected } from '../print-inspected.ts';

export default class SecretInspect extends BaseCommand {
  static override summary = 'Show all about Secrets but their values';
  static override operands = { usage: 'SECRET [SECRET...]', min: 1 };
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(SecretInspect);
    const { observers } = await this.engine();
    const secrets = await observers.store.objects.list<Secret>({ kind: 'Secret' });
    await printInspected({
      names: args,
      format: flags.format,
      look: async (name) => secretView(findSecret(secrets, name, flags.namespace)),
      print: (text) => this.print(text),
    });
  }
}
