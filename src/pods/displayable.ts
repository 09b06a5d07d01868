import type { ObservedContainer, ObservedPod } from '../contracts/observed.ts';

/** Containers with their pods, newest pod first, as listings have them: infra containers are an inner matter. */
export function displayable(
  pods: readonly ObservedPod[],
): readonly { readonly pod: ObservedPod; readonly container: ObservedContainer }[] {
  return pods
    .toSorted((left, right) => (left.record.created < right.record.created ? 1 : -1))
    .flatMap((pod) => pod.containers.map((container) => ({ pod, container })))
    .filter(({ container }) => container.record.role !== 'infra');
}
