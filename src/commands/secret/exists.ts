import { StateError } from '../../errors/state-error.ts';
import type { Secret } from '../../kube/wire.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { findSecret } from '../find-secret.ts';

export default class SecretExists extends BaseCommand {
  static override summary = 'Tell by the exit code whether a Secret exists (0) or not (1)';
  static override operands = { usage: 'SECRET', min: 1, max: 1 };
  static override flags = flags({
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(SecretExists);
    const { observers } = await this.engine();
    const secrets = await observers.store.objects.list<Secret>({ kind: 'Secret' });
    try {
      findSecret(secrets, args[0] ?? '', flags.namespace);
    } catch (error) {
      if (!(error instanceof StateError && error.code === 'OBJECT_NOT_FOUND')) throw error;
      process.exitCode = 1;
    }
  }
}
