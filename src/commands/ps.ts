import { displayable } from '../pods/displayable.ts';
import { filterContainers } from '../pods/filter.ts';
import { containerState } from '../pods/status.ts';
import {
  type ContainerItem,
  containerColumns,
  containerHeadings,
  containerItem,
  containerJson,
  containerPodColumns,
} from '../render/container-list.ts';
import { renderFormat } from '../render/format.ts';
import { renderJson } from '../render/json.ts';
import { parseAssignment } from '../values/assignment.ts';
import { integer } from './argv.ts';
import { BaseCommand, flags } from './base-command.ts';
import { readOrder } from './read-order.ts';

type Listed = ReturnType<typeof displayable>[number];

const by = (text: (item: ContainerItem) => string) => (listed: Listed, now: Date) =>
  text(containerItem({ ...listed, state: containerState(listed.container), now, full: true }));

/** What --sort compares. Listings are newest first as they come. */
const orders = {
  command: by(({ Command }) => Command),
  created: ({ container }: Listed) => container.record.created,
  id: ({ container }: Listed) => container.record.id,
  image: by(({ Image }) => Image),
  names: by(({ Names }) => Names),
  runningfor: ({ container }: Listed) => container.record.startedAt ?? '',
  status: by(({ State }) => State),
};

export default class Ps extends BaseCommand {
  static override summary = 'List containers';
  static override aliases = ['container:ps', 'container:ls', 'container:list'];
  static override examples = [
    'pod ps',
    'pod ps -a --pod',
    'pod ps --filter status=exited --format "{{.Names}}"',
  ];
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Show all, not only those that run' },
    external: { type: 'boolean', hidden: true, summary: 'No effect' },
    filter: {
      type: 'option',
      char: 'f',
      helpValue: 'KEY=VALUE',
      multiple: true,
      read: parseAssignment,
      summary: 'Show only those that match',
    },
    format: { type: 'option', helpValue: 'FORMAT', summary: 'json, or a Go template' },
    last: {
      type: 'option',
      char: 'n',
      helpValue: 'NUMBER',
      read: integer,
      summary: 'Show the newest ones, whatever their state',
    },
    latest: { type: 'boolean', char: 'l', summary: 'Show the newest one, whatever its state' },
    noheading: { type: 'boolean', summary: 'Leave the headings out' },
    'no-trunc': { type: 'boolean', aliases: ['notruncate'], summary: 'Show ids and commands in full' },
    pod: { type: 'boolean', char: 'p', summary: 'Show the pod, too' },
    quiet: { type: 'boolean', char: 'q', summary: 'Show ids only' },
    sort: {
      type: 'option',
      helpValue: 'ORDER',
      read: (text) => readOrder(text, orders),
      summary: `Order by ${Object.keys(orders).join(', ')}`,
    },
    sync: { type: 'boolean', hidden: true, summary: 'No effect' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(Ps);
    const engine = await this.engine();
    const now = engine.observers.clock.now();
    const shown = this.#shown(displayable(await engine.observe()), now);
    const states = shown.map((listed) => ({ ...listed, state: containerState(listed.container), now }));
    if (flags.format?.trim() === 'json') return this.print(renderJson(states.map(containerJson)));
    const items = states.map((each) => containerItem({ ...each, full: flags['no-trunc'] }));
    if (flags.quiet) return this.print(items.map(({ ID }) => `${ID}\n`).join(''));
    const format = flags.format ?? (flags.pod ? containerPodColumns : containerColumns);
    this.print(renderFormat({ format, items, headings: containerHeadings, heading: !flags.noheading }));
  }

  #shown(containers: readonly Listed[], now: Date): readonly Listed[] {
    const { flags } = this.line(Ps);
    const last = flags.latest ? 1 : flags.last;
    const all =
      flags.all || last !== undefined || flags.filter.some(([key]) => key === 'status' || key === 'exited');
    const fitting = filterContainers(containers, flags.filter, now).filter(
      ({ container }) => all || container.running,
    );
    const newest = last === undefined || last < 0 ? fitting : fitting.slice(0, last);
    const order = flags.sort;
    if (order === undefined) return newest;
    return newest.toSorted((left, right) => (order(left, now) < order(right, now) ? -1 : 1));
  }
}
