import { matchesGlob } from 'node:path';
import type { Image } from '../contracts/images.ts';
import { UsageError } from '../errors/usage-error.ts';
import { renderFormat } from '../render/format.ts';
import { type ImageView, imageHeadings, imageJson, imageRows } from '../render/images.ts';
import { renderJson } from '../render/json.ts';
import { parseAssignment } from '../values/assignment.ts';
import { parseTime } from '../values/time.ts';
import { BaseCommand, flags } from './base-command.ts';
import { gatherFilters, matchesLabel } from './filter.ts';

const filterNames = [
  'after',
  'before',
  'dangling',
  'id',
  'label',
  'readonly',
  'reference',
  'since',
  'until',
] as const;
type Filters = ReturnType<typeof gatherFilters<(typeof filterNames)[number]>>;

const orders = {
  created: (a: ImageView, b: ImageView) => b.image.created.localeCompare(a.image.created),
  id: (a: ImageView, b: ImageView) => a.image.id.localeCompare(b.image.id),
  repository: (a: ImageView, b: ImageView) => firstName(a).localeCompare(firstName(b)),
  size: (a: ImageView, b: ImageView) => a.image.size - b.image.size,
  tag: (a: ImageView, b: ImageView) => lastPart(a).localeCompare(lastPart(b)),
};

export default class ImageList extends BaseCommand {
  static override summary = 'List images';
  static override aliases = ['image ls', 'image list'];
  static override operands = { usage: '[IMAGE]', min: 0, max: 1 };
  static override examples = [
    'pod images',
    'pod images --format "{{.ID}} {{.Repository}}" --filter dangling=false',
  ];
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Show all images; there are no intermediate ones to hide' },
    digests: { type: 'boolean', summary: 'Show digests' },
    filter: {
      type: 'option',
      char: 'f',
      multiple: true,
      read: parseAssignment,
      helpValue: 'NAME=VALUE',
      summary: 'Show only images that fit',
    },
    format: { type: 'option', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
    'no-trunc': { type: 'boolean', aliases: ['notruncate'], summary: 'Print whole ids' },
    noheading: { type: 'boolean', char: 'n', summary: 'Do not print the heading' },
    quiet: { type: 'boolean', char: 'q', summary: 'Print only ids' },
    sort: {
      type: 'option',
      helpValue: 'ORDER',
      default: 'created',
      summary: 'created, id, repository, size or tag',
    },
  });

  async run(): Promise<void> {
    const { flags, args } = this.line(ImageList);
    const order = orders[flags.sort as keyof typeof orders];
    if (order === undefined) throw unknownOrder(flags.sort);
    const { images } = await this.engine();
    const filters = gatherFilters(flags.filter, filterNames);
    const wanted = await select(await this.#viewed(args[0]), filters, async (name) => images.get(name));
    const views = wanted.sort(order);
    if (flags.quiet) return this.print([...new Set(views.map(({ image }) => this.#id(image)))].join('\n'));
    if (flags.format?.trim() === 'json') return this.print(renderJson(views.map(imageJson)));
    const rows = views.flatMap((view) => imageRows(view, { now: new Date(), truncate: !flags['no-trunc'] }));
    const digests = flags.digests ? '\\t{{.Digest}}' : '';
    this.print(
      renderFormat({
        format:
          flags.format ?? `table {{.Repository}}\\t{{.Tag}}${digests}\\t{{.ID}}\\t{{.Created}}\\t{{.Size}}`,
        items: rows,
        headings: imageHeadings,
        heading: !flags.noheading,
      }),
    );
  }

  /** All images, or those that a name stands for: one image, or all of a repository. */
  async #viewed(name: string | undefined): Promise<ImageView[]> {
    const { images } = await this.engine();
    const list = await images.list();
    const found = name === undefined ? undefined : await images.find(name);
    const chosen =
      name === undefined ? list : list.filter((image) => image.id === found?.id || ofRepository(image, name));
    return Promise.all(chosen.map(async (image) => ({ image, config: await images.config(image.id) })));
  }

  #id({ id }: Image): string {
    return this.line(ImageList).flags['no-trunc'] ? `sha256:${id}` : id.slice(0, 12);
  }
}

async function select(
  views: readonly ImageView[],
  filters: Filters,
  get: (name: string) => Promise<Image>,
): Promise<ImageView[]> {
  const bound = async (names: readonly string[]) =>
    Promise.all(names.map(async (name) => Date.parse((await get(name)).created)));
  const before = await bound(filters.get('before') ?? []);
  const after = await bound([...(filters.get('since') ?? []), ...(filters.get('after') ?? [])]);
  const until = (filters.get('until') ?? []).map((text) =>
    parseTime(text, { now: new Date(), relative: 'past' }).getTime(),
  );
  return views.filter(({ image, config }) => {
    const created = Date.parse(image.created);
    const fits = (name: (typeof filterNames)[number], test: (value: string) => boolean) =>
      filters.get(name)?.some(test) ?? true;
    return (
      before.every((time) => created < time) &&
      after.every((time) => created > time) &&
      until.every((time) => created <= time) &&
      fits('dangling', (value) => (value === 'true') === (image.names.length === 0)) &&
      fits('readonly', (value) => (value === 'true') === image.readOnly) &&
      fits('id', (value) => image.id.startsWith(value)) &&
      fits('label', (value) => matchesLabel(config.config?.Labels ?? {}, [value])) &&
      fits('reference', (value) => image.names.some((name) => matchesReference(name, value)))
    );
  });
}

/** A glob on the whole name, or on its last parts, with or without the tag: `busy*`, `library/busybox`, `*:latest`. */
function matchesReference(name: string, pattern: string): boolean {
  const untagged = name.replace(/(:[^/:]*)?(@.*)?$/, '');
  return [name, untagged].some((text) => matchesGlob(text, pattern) || matchesGlob(text, `**/${pattern}`));
}

function ofRepository({ names }: Image, wanted: string): boolean {
  return names.some((name) => {
    const repository = name.replace(/(:[^/:]*)?(@.*)?$/, '');
    return repository === wanted || repository.endsWith(`/${wanted}`);
  });
}

function firstName({ image }: ImageView): string {
  return image.names[0] ?? '';
}

function lastPart(view: ImageView): string {
  return /:([^/:]*)$/.exec(firstName(view))?.[1] ?? '';
}

function unknownOrder(order: string): UsageError {
  return new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `wrong value for --sort: ${JSON.stringify(order)}`,
    hint: `orders are ${Object.keys(orders).join(', ')}`,
  });
}
