import { renderFormat } from '../../render/format.ts';
import { renderJson } from '../../render/json.ts';
import {
  networkColumns,
  networkHeadings,
  networkItem,
  networkView,
  snakeKeys,
} from '../../render/networks.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { gatherFilters } from '../filter.ts';
import { listFlags } from '../list-flags.ts';

export default class NetworkLs extends BaseCommand {
  static override summary = 'List networks';
  static override aliases = ['network:list'];
  static override flags = flags({
    ...listFlags,
    'no-trunc': { type: 'boolean', summary: 'Show ids in full' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(NetworkLs);
    const { network } = await this.engine();
    const filters = gatherFilters(flags.filter, ['driver', 'id', 'name']);
    const fits = (name: Parameters<typeof filters.get>[0], test: (value: string) => boolean) =>
      filters.get(name)?.some(test) ?? true;
    const networks = (await network.list()).filter(
      ({ id, name, driver }) =>
        fits('driver', (value) => driver === value) &&
        fits('id', (value) => id.startsWith(value)) &&
        fits('name', (value) => name.includes(value)),
    );
    if (flags.quiet) return this.print(networks.map(({ name }) => `${name}\n`).join(''));
    if (flags.format?.trim() === 'json') {
      const views = networks.map((each) => snakeKeys(networkView(each, [])));
      return this.print(renderJson(views));
    }
    this.print(
      renderFormat({
        format: flags.format ?? networkColumns,
        items: networks.map((each) => networkItem(each, flags['no-trunc'])),
        headings: networkHeadings,
        heading: !flags.noheading,
      }),
    );
  }
}
