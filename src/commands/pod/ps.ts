import { filterPods } from '../../pods/filter.ts';
import { containerState, podPhase, podState } from '../../pods/status.ts';
import { renderFormat } from '../../render/format.ts';
import { podColumns, podHeadings, podItem } from '../../render/pod-list.ts';
import { parseAssignment } from '../../values/assignment.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class PodPs extends BaseCommand {
  static override summary = 'List pods';
  static override aliases = ['pod:ls', 'pod:list'];
  static override flags = flags({
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
    'no-trunc': { type: 'boolean', summary: 'Show ids in full' },
    quiet: { type: 'boolean', char: 'q', summary: 'Show ids only' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(PodPs);
    const engine = await this.engine();
    const now = engine.observers.clock.now();
    const full = flags['no-trunc'] || flags.format?.trim() === 'json';
    const pods = filterPods(await engine.observe(), flags.filter).toSorted((left, right) =>
      left.record.created < right.record.created ? 1 : -1,
    );
    const items = pods.map((pod) =>
      podItem({
        pod,
        state: podState(pod),
        phase: podPhase(pod),
        containerStates: pod.containers.map(containerState),
        now,
        full,
      }),
    );
    if (flags.quiet) return this.print(items.map(({ ID }) => `${ID}\n`).join(''));
    this.print(
      renderFormat({
        format: flags.format ?? podColumns,
        items,
        headings: podHeadings,
        heading: !flags.noheading,
      }),
    );
  }
}
