import type { Deployment, KubeObject, Pod, PodSpec } from './wire.ts';

/** The spec of the pods that an object stands for, and its path in the object; undefined for objects without pods. */
export function podSpecOf(object: KubeObject): { spec: PodSpec; path: string } | undefined {
  if (object.kind === 'Pod') return { spec: (object as Pod).spec, path: 'spec' };
  if (object.kind !== 'Deployment') return undefined;
  const spec = (object as Deployment).spec.template.spec;
  return spec === undefined ? undefined : { spec, path: 'spec.template.spec' };
}
