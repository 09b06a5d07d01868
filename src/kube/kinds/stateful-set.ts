import type * as model from '@kubernetes/client-node';
import { checkOneOf, checkRange, type Subject } from '../rules/subject.ts';
import type { PodTemplateSpec, Volume, Wire } from '../wire.ts';
import type { Surroundings } from './kind.ts';
import { alwaysRestarted, checkSelector, checkTemplate } from './template.ts';

/** Checks a StatefulSet: replicas, policies, selector and template, which may mount the claims beside it. */
export function checkStatefulSet(set: Subject<Wire<model.V1StatefulSet>>, { folder }: Surroundings): void {
  const spec = set.at('spec').as<Wire<model.V1StatefulSetSpec>>();
  checkRange(spec.at('replicas'), { least: 0 });
  checkOneOf(spec.at('podManagementPolicy'), ['OrderedReady', 'Parallel']);
  checkOneOf(spec.at('updateStrategy').at('type'), ['RollingUpdate', 'OnDelete']);
  checkSelector(spec);
  const template = spec.at('template');
  const claims = (spec.value.volumeClaimTemplates ?? []).flatMap(({ metadata }): Volume[] =>
    metadata?.name === undefined
      ? []
      : [{ name: metadata.name, persistentVolumeClaim: { claimName: metadata.name } }],
  );
  checkTemplate(template.with(withVolumes(template.value, claims)), {
    restartPolicies: alwaysRestarted,
    folder,
  });
}

/** The template as its pods will be: each claim is a volume, in place of one of the same name. */
function withVolumes(template: PodTemplateSpec | undefined, claims: Volume[]): PodTemplateSpec | undefined {
  if (template?.spec === undefined) return template;
  const names = claims.map(({ name }) => name);
  const others = (template.spec.volumes ?? []).filter(({ name }) => !names.includes(name));
  return { ...template, spec: { ...template.spec, volumes: [...others, ...claims] } };
}
