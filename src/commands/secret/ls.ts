import type { Secret } from '../../kube/wire.ts';
import { renderFormat } from '../../render/format.ts';
import { secretColumns, secretId, secretItem } from '../../render/secrets.ts';
import { humanDuration } from '../../values/duration.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { gatherFilters } from '../filter.ts';
import { listFlags } from '../list-flags.ts';

export default class SecretLs extends BaseCommand {
  static override summary = 'List Secrets; their values are not shown';
  static override aliases = ['secret:list'];
  static override flags = flags(listFlags);

  async run(): Promise<void> {
    const { flags } = this.line(SecretLs);
    const { observers } = await this.engine();
    const filters = gatherFilters(flags.filter, ['id', 'name', 'namespace']);
    const fits = (name: Parameters<typeof filters.get>[0], test: (value: string) => boolean) =>
      filters.get(name)?.some(test) ?? true;
    const secrets = (await observers.store.objects.list<Secret>({ kind: 'Secret' })).filter(
      (secret) =>
        fits('id', (value) => secretId(secret).startsWith(value)) &&
        fits('name', (value) => secret.metadata.name?.includes(value) === true) &&
        fits('namespace', (value) => secret.metadata.namespace === value),
    );
    if (flags.quiet) return this.print(secrets.map((secret) => `${secretId(secret)}\n`).join(''));
    const now = observers.clock.now().getTime();
    const age = ({ metadata }: Secret) =>
      `${humanDuration(now - Date.parse(metadata.creationTimestamp ?? ''))} ago`;
    this.print(
      renderFormat({
        format: flags.format ?? secretColumns,
        items: secrets.map((secret) => secretItem(secret, age(secret))),
        heading: !flags.noheading,
      }),
    );
  }
}
