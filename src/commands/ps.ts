import { displayable } from '../pods/displayable.ts';
import { filterContainers } from '../pods/filter.ts';
import { containerState } from '../pods/status.ts';
import {
  containerColumns,
  containerHeadings,
  containerItem,
  containerPodColumns,
} from '../render/container-list.ts';
import { renderFormat } from '../render/format.ts';
import { parseAssignment } from '../values/assignment.ts';
import { BaseCommand, flags } from './base-command.ts';

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
    noheading: { type: 'boolean', char: 'n', summary: 'Leave the headings out' },
    'no-trunc': { type: 'boolean', summary: 'Show ids and commands in full' },
    pod: { type: 'boolean', char: 'p', summary: 'Show the pod, too' },
    quiet: { type: 'boolean', char: 'q', summary: 'Show ids only' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(Ps);
    const engine = await this.engine();
    const now = engine.observers.clock.now();
    const all = flags.all || flags.filter.some(([key]) => key === 'status' || key === 'exited');
    const shown = filterContainers(displayable(await engine.observe()), flags.filter).filter(
      ({ container }) => all || container.running,
    );
    const full = flags['no-trunc'] || flags.format?.trim() === 'json';
    const items = shown.map(({ pod, container }) =>
      containerItem({ pod, container, state: containerState(container), now, full }),
    );
    if (flags.quiet) return this.print(items.map(({ ID }) => `${ID}\n`).join(''));
    const format = flags.format ?? (flags.pod ? containerPodColumns : containerColumns);
    this.print(renderFormat({ format, items, headings: containerHeadings, heading: !flags.noheading }));
  }
}
