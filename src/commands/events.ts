import { once } from 'node:events';
import type { EventLine, Events as EventSource } from '../contracts/store.ts';
import { type EventItem, eventItem, renderEvent } from '../render/events.ts';
import { renderItem } from '../render/format.ts';
import { compactJson } from '../render/json.ts';
import { parseAssignment } from '../values/assignment.ts';
import { parseTime } from '../values/time.ts';
import { BaseCommand, flags } from './base-command.ts';
import { gatherFilters, matchesLabel } from './filter.ts';

export default class Events extends BaseCommand {
  static override summary = 'Show what happens to pods and containers';
  static override aliases = ['system:events'];
  static override description =
    'Shows what is to come, until Ctrl-C; with --since also what was. With --stream=false or --until it ends by itself.';
  static override examples = ['pod events --since 10m --stream=false', 'pod events --filter event=died'];
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
    'no-trunc': { type: 'boolean', hidden: true, summary: 'No effect: ids are shown in full' },
    since: {
      type: 'option',
      helpValue: 'TIME',
      summary: 'Also what is newer: a time, or an age such as 10m',
    },
    stream: { type: 'boolean', default: true, summary: 'Wait for what is to come' },
    until: { type: 'option', helpValue: 'TIME', summary: 'Only what is older' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(Events);
    const { observers } = await this.engine();
    const now = observers.clock.now();
    const time = (text: string | undefined) =>
      text === undefined ? undefined : parseTime(text, { now, relative: 'past' });
    const [since, until] = [time(flags.since), time(flags.until)];
    const fits = matcher(flags.filter);
    const past = since !== undefined || until !== undefined || !flags.stream;
    const follow = flags.stream && until === undefined;
    const events = sequence(observers.store.events, {
      past: past ? { ...(since && { since }), ...(until && { until }) } : undefined,
      signal: follow ? this.signal : undefined,
    });
    for await (const event of events) {
      const item = eventItem(event);
      if (fits(item) && !process.stdout.write(text(item, flags.format))) await once(process.stdout, 'drain');
    }
  }
}

interface Range {
  readonly past: { readonly since?: Date; readonly until?: Date } | undefined;
  /** Ends the waiting for more; undefined: there is none. */
  readonly signal: AbortSignal | undefined;
}

/** The watch begins before the past is read, so that nothing falls between. */
async function* sequence(events: EventSource, { past, signal }: Range): AsyncGenerator<EventLine> {
  const coming = signal === undefined ? undefined : events.follow(signal)[Symbol.asyncIterator]();
  const next = coming?.next();
  if (past !== undefined) yield* events.read(past);
  if (coming === undefined || next === undefined) return;
  for (let step = await next; step.done !== true; step = await coming.next()) yield step.value;
}

function text(item: EventItem, format: string | undefined): string {
  if (format === undefined) return renderEvent(item);
  return format.trim() === 'json' ? `${compactJson(item)}\n` : renderItem(format, item);
}

function matcher(given: readonly (readonly [string, string])[]): (item: EventItem) => boolean {
  const filters = gatherFilters(given, [
    'container',
    'event',
    'image',
    'label',
    'namespace',
    'pod',
    'status',
    'type',
  ]);
  const fits = (name: Parameters<typeof filters.get>[0], test: (value: string) => boolean) =>
    filters.get(name)?.some(test) ?? true;
  return (item) =>
    fits(
      'container',
      (value) => item.Type === 'container' && (item.Name === value || item.ID.startsWith(value)),
    ) &&
    fits('event', (value) => item.Status === value) &&
    fits('status', (value) => item.Status === value) &&
    fits('image', (value) => item.Image === value) &&
    fits('label', (value) => matchesLabel(Object.fromEntries(item.Attributes), [value])) &&
    fits('namespace', (value) => item.Namespace === value) &&
    fits('pod', (value) => item.PodName === value || item.ID.startsWith(value)) &&
    fits('type', (value) => item.Type === value);
}
