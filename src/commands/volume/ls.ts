import type { NamedVolume } from '../../contracts/volumes.ts';
import { renderFormat } from '../../render/format.ts';
import { volumeColumns, volumeHeadings, volumeView } from '../../render/volumes.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { gatherFilters, matchesLabel } from '../filter.ts';
import { listFlags } from '../list-flags.ts';

export default class VolumeLs extends BaseCommand {
  static override summary = 'List volumes';
  static override aliases = ['volume:list'];
  static override examples = ['pod volume ls', 'pod volume ls --filter dangling=true -q'];
  static override flags = flags(listFlags);

  async run(): Promise<void> {
    const { flags } = this.line(VolumeLs);
    const { volumes } = await this.engine();
    const fits = matcher(flags.filter);
    const items = (await volumes.named()).filter(fits).map(volumeView).toSorted(byName);
    if (flags.quiet) return this.print(items.map(({ Name }) => `${Name}\n`).join(''));
    this.print(
      renderFormat({
        format: flags.format ?? volumeColumns,
        items,
        headings: volumeHeadings,
        heading: !flags.noheading,
      }),
    );
  }
}

function matcher(given: readonly (readonly [string, string])[]): (volume: NamedVolume) => boolean {
  const filters = gatherFilters(given, ['dangling', 'driver', 'label', 'name', 'namespace']);
  const fits = (name: Parameters<typeof filters.get>[0], test: (value: string) => boolean) =>
    filters.get(name)?.some(test) ?? true;
  return ({ name, namespace, labels, usedBy }) =>
    fits('dangling', (value) => (value === 'true') === (usedBy.length === 0)) &&
    fits('driver', (value) => value === 'local') &&
    fits('label', (value) => matchesLabel(labels, [value])) &&
    fits('name', (value) => name.includes(value)) &&
    fits('namespace', (value) => namespace === value);
}

function byName(left: { readonly Name: string }, right: { readonly Name: string }): number {
  return left.Name < right.Name ? -1 : 1;
}
