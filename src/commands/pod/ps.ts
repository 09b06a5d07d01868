import type { ObservedPod } from '../../contracts/observed.ts';
import { filterPods } from '../../pods/filter.ts';
import { containerState, podPhase, podState } from '../../pods/status.ts';
import { renderFormat } from '../../render/format.ts';
import { renderJson } from '../../render/json.ts';
import { podColumnsWith, podHeadings, podItem, podJson } from '../../render/pod-list.ts';
import { integer } from '../argv.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { listFlags } from '../list-flags.ts';
import { readOrder } from '../read-order.ts';

/** What --sort compares. */
const orders = {
  created: ({ record }: ObservedPod) => record.created,
  id: ({ record }: ObservedPod) => record.id,
  name: ({ record }: ObservedPod) => record.name,
  number: ({ record }: ObservedPod) => String(record.containers.length).padStart(6, '0'),
  status: (pod: ObservedPod) => podState(pod),
};

export default class PodPs extends BaseCommand {
  static override summary = 'List pods';
  static override aliases = ['pod:ls', 'pod:list'];
  static override examples = ['pod pod ps', 'pod pod ps --filter label=app=web --format json'];
  static override flags = flags({
    ...listFlags,
    'ctr-ids': { type: 'boolean', summary: 'Show the ids of the containers' },
    'ctr-names': { type: 'boolean', summary: 'Show the names of the containers' },
    'ctr-status': { type: 'boolean', summary: 'Show the states of the containers' },
    last: { type: 'option', helpValue: 'NUMBER', read: integer, summary: 'Show the newest ones' },
    latest: { type: 'boolean', char: 'l', summary: 'Show the newest one' },
    'no-trunc': { type: 'boolean', aliases: ['notruncate'], summary: 'Show ids in full' },
    sort: {
      type: 'option',
      helpValue: 'ORDER',
      read: (text) => readOrder(text, orders),
      summary: `Order by ${Object.keys(orders).join(', ')}`,
    },
  });

  async run(): Promise<void> {
    const { flags } = this.line(PodPs);
    const engine = await this.engine();
    const now = engine.observers.clock.now();
    const views = this.#shown(await engine.observe(), now).map((pod) => ({
      pod,
      state: podState(pod),
      phase: podPhase(pod),
      containerStates: pod.containers.map(containerState),
    }));
    if (flags.format?.trim() === 'json') return this.print(renderJson(views.map(podJson)));
    const items = views.map((view) => podItem({ ...view, now, full: flags['no-trunc'] }));
    if (flags.quiet) return this.print(items.map(({ ID }) => `${ID}\n`).join(''));
    const columns = podColumnsWith({
      ids: flags['ctr-ids'],
      names: flags['ctr-names'],
      statuses: flags['ctr-status'],
    });
    const format = flags.format ?? columns;
    this.print(renderFormat({ format, items, headings: podHeadings, heading: !flags.noheading }));
  }

  #shown(pods: readonly ObservedPod[], now: Date): readonly ObservedPod[] {
    const { flags } = this.line(PodPs);
    const newestFirst = filterPods(pods, flags.filter, now).toSorted((left, right) =>
      left.record.created < right.record.created ? 1 : -1,
    );
    const last = flags.latest ? 1 : flags.last;
    const shown = last === undefined || last < 0 ? newestFirst : newestFirst.slice(0, last);
    const order = flags.sort;
    return order === undefined
      ? shown
      : shown.toSorted((left, right) => (order(left) < order(right) ? -1 : 1));
  }
}
