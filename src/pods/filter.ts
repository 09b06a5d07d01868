import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import type { ContainerRecord } from '../contracts/records.ts';
import { UsageError } from '../errors/usage-error.ts';
import { parseTime } from '../values/time.ts';
import { findContainer } from './find.ts';
import { containerState, podState } from './status.ts';

/** One `--filter key=value`. */
export type Filter = readonly [key: string, value: string];

interface Subject {
  readonly pod: ObservedPod;
  readonly container?: ObservedContainer;
}

/** What a filter may compare with: the moment, and everything that is filtered. */
interface Context {
  readonly now: Date;
  readonly all: readonly Subject[];
}

type Matcher = (subject: Subject, value: string, context: Context) => boolean;

const podMatchers: Readonly<Record<string, Matcher>> = {
  id: ({ pod }, value) => pod.record.id.startsWith(value),
  name: ({ pod }, value) => pattern(value).test(pod.record.name),
  namespace: ({ pod }, value) => pod.record.namespace === value,
  ns: ({ pod }, value) => pod.record.namespace === value,
  status: ({ pod }, value) => podState(pod).toLowerCase() === value.toLowerCase(),
  until: ({ pod }, value, { now }) => created(pod.record) <= time(value, now),
  label: ({ pod }, value) => hasLabel(pod, value),
  network: ({ pod }, value) =>
    (pod.record.sandbox?.attachments ?? []).some(({ network }) => network === value),
  'ctr-names': ({ pod }, value) => pod.containers.some(({ record }) => pattern(value).test(record.fullName)),
  'ctr-ids': ({ pod }, value) => pod.containers.some(({ record }) => record.id.startsWith(value)),
  'ctr-number': ({ pod }, value) => String(pod.containers.length) === value,
  'ctr-status': ({ pod }, value) => pod.containers.some((container) => containerState(container) === value),
};

const containerMatchers: Readonly<Record<string, Matcher>> = {
  id: ({ container }, value) => container?.record.id.startsWith(value) === true,
  name: ({ container }, value) => pattern(value).test(container?.record.fullName ?? ''),
  status: ({ container }, value) => container !== undefined && containerState(container) === value,
  exited: ({ container }, value) =>
    container !== undefined &&
    containerState(container) === 'exited' &&
    String(container.record.exitCode ?? 137) === value,
  ancestor: ({ container }, value) => {
    const image = container?.record.image;
    return (
      image !== undefined &&
      (image.name === value || image.id.startsWith(value) || image.name.startsWith(`${value}:`))
    );
  },
  before: ({ container }, value, { all }) =>
    container !== undefined && created(container.record) < created(other(all, value)),
  since: ({ container }, value, { all }) =>
    container !== undefined && created(container.record) > created(other(all, value)),
  until: ({ container }, value, { now }) =>
    container !== undefined && created(container.record) <= time(value, now),
  volume: ({ pod, container }, value) => container !== undefined && mounts(pod, container, value),
  pod: ({ pod }, value) => pod.record.name === value || pod.record.id.startsWith(value),
  namespace: ({ pod }, value) => pod.record.namespace === value,
  ns: ({ pod }, value) => pod.record.namespace === value,
  label: ({ pod }, value) => hasLabel(pod, value),
  network: ({ pod }, value) =>
    (pod.record.sandbox?.attachments ?? []).some(({ network }) => network === value),
};

/** The pods that pass. Filters of one key are alternatives, different keys all have to hold. Throws UsageError BAD_FLAG_VALUE. */
export function filterPods(
  pods: readonly ObservedPod[],
  filters: readonly Filter[],
  now: Date,
): readonly ObservedPod[] {
  const passes = compile(filters, podMatchers, { now, all: pods.map((pod) => ({ pod })) });
  return pods.filter((pod) => passes({ pod }));
}

/** Like filterPods, for containers. */
export function filterContainers(
  subjects: readonly Required<Subject>[],
  filters: readonly Filter[],
  now: Date,
): readonly Required<Subject>[] {
  const passes = compile(filters, containerMatchers, { now, all: subjects });
  return subjects.filter(passes);
}

function compile(
  filters: readonly Filter[],
  matchers: Readonly<Record<string, Matcher>>,
  context: Context,
): (subject: Subject) => boolean {
  const byKey = Map.groupBy(filters, ([key]) => key);
  const unknown = [...byKey.keys()].find((key) => !Object.hasOwn(matchers, key));
  if (unknown !== undefined) {
    throw new UsageError({
      code: 'BAD_FLAG_VALUE',
      message: `${JSON.stringify(unknown)} is not a filter`,
      hint: `filters are ${Object.keys(matchers).sort().join(', ')}`,
    });
  }
  return (subject) =>
    [...byKey].every(([key, alternatives]) =>
      alternatives.some(([, value]) => matchers[key]?.(subject, value, context) === true),
    );
}

function created({ created }: { readonly created: string }): number {
  return Date.parse(created);
}

function time(text: string, now: Date): number {
  return parseTime(text, { now, relative: 'past' }).getTime();
}

function other(all: readonly Subject[], name: string): ContainerRecord {
  return findContainer(
    all.flatMap(({ container }) => (container === undefined ? [] : [container.record])),
    name,
  );
}

/** Whether it mounts a volume of this name, claim or path. */
function mounts({ pod }: ObservedPod, { record }: ObservedContainer, value: string): boolean {
  const members = [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])];
  const member = members.find(({ name }) => name === record.name);
  return (member?.volumeMounts ?? []).some(({ name, mountPath }) => {
    const claim = pod?.spec.volumes?.find((volume) => volume.name === name)?.persistentVolumeClaim?.claimName;
    return [name, mountPath, claim].includes(value);
  });
}

function hasLabel(pod: ObservedPod, text: string): boolean {
  const labels = pod.pod?.metadata.labels ?? {};
  const [name = '', value] = text.split(/=(.*)/s);
  return value === undefined ? Object.hasOwn(labels, name) : labels[name] === value;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new UsageError({
      code: 'BAD_FLAG_VALUE',
      message: `${JSON.stringify(text)} is not a regular expression`,
      cause,
    });
  }
}
