import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';
import { UsageError } from '../errors/usage-error.ts';
import { containerState, podState } from './status.ts';

/** One `--filter key=value`. */
export type Filter = readonly [key: string, value: string];

interface Subject {
  readonly pod: ObservedPod;
  readonly container?: ObservedContainer;
}

type Matcher = (subject: Subject, value: string) => boolean;

const podMatchers: Readonly<Record<string, Matcher>> = {
  id: ({ pod }, value) => pod.record.id.startsWith(value),
  name: ({ pod }, value) => pattern(value).test(pod.record.name),
  namespace: ({ pod }, value) => pod.record.namespace === value,
  ns: ({ pod }, value) => pod.record.namespace === value,
  status: ({ pod }, value) => podState(pod).toLowerCase() === value.toLowerCase(),
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
  pod: ({ pod }, value) => pod.record.name === value || pod.record.id.startsWith(value),
  namespace: ({ pod }, value) => pod.record.namespace === value,
  ns: ({ pod }, value) => pod.record.namespace === value,
  label: ({ pod }, value) => hasLabel(pod, value),
  network: ({ pod }, value) =>
    (pod.record.sandbox?.attachments ?? []).some(({ network }) => network === value),
};

/** The pods that pass. Filters of one key are alternatives, different keys all have to hold. Throws UsageError BAD_FLAG_VALUE. */
export function filterPods(pods: readonly ObservedPod[], filters: readonly Filter[]): readonly ObservedPod[] {
  const passes = compile(filters, podMatchers);
  return pods.filter((pod) => passes({ pod }));
}

/** Like filterPods, for containers. */
export function filterContainers(
  subjects: readonly Required<Subject>[],
  filters: readonly Filter[],
): readonly Required<Subject>[] {
  const passes = compile(filters, containerMatchers);
  return subjects.filter(passes);
}

function compile(
  filters: readonly Filter[],
  matchers: Readonly<Record<string, Matcher>>,
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
      alternatives.some(([, value]) => matchers[key]?.(subject, value) === true),
    );
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
