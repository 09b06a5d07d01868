import { StateError } from '../../errors/state-error.ts';
import { UsageError } from '../../errors/usage-error.ts';
import type { Secret } from '../../kube/wire.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { eachOf } from '../each-of.ts';
import { findSecret } from '../find-secret.ts';

export default class SecretRm extends BaseCommand {
  static override summary = 'Remove Secrets';
  static override description =
    'What runs keeps the values that it has; a pod that needs a Secret cannot be started again without it.';
  static override operands = { usage: 'SECRET...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Remove all Secrets' },
    ignore: { type: 'boolean', char: 'i', summary: 'Do not fail for Secrets that do not exist' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(SecretRm);
    if (flags.all === args.length > 0) {
      throw new UsageError({
        code: flags.all ? 'CONFLICTING_FLAGS' : 'MISSING_ARGUMENT',
        message: flags.all ? '--all cannot be joined with names' : 'name at least one secret, or use --all',
      });
    }
    const { store } = await (await this.engine()).drivers();
    const secrets = await store.objects.list<Secret>({ kind: 'Secret' });
    const names = flags.all
      ? secrets.map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}`)
      : args;
    await eachOf(names, async (name) => {
      try {
        const { metadata } = findSecret(secrets, name, flags.namespace);
        const key = { group: '', kind: 'Secret', namespace: metadata.namespace ?? 'default' };
        await store.objects.remove({ ...key, name: metadata.name ?? '' });
        this.print(name.replace(/^default\//, ''));
      } catch (error) {
        if (!flags.ignore || !(error instanceof StateError && error.code === 'OBJECT_NOT_FOUND')) throw error;
      }
    });
  }
}
