import { ValueError } from '../../errors/value-error.ts';
import { matchesLabels, type SelectorObject, selectorOf } from '../../values/label-selector.ts';
import { checkLabels } from '../rules/metadata.ts';
import { checkPodSpec, type PodRules } from '../rules/pod-spec.ts';
import type { Subject } from '../rules/subject.ts';
import type { PodSpec, PodTemplateSpec } from '../wire.ts';

/** Pods that are kept running can only restart always. */
export const alwaysRestarted: readonly string[] = ['Always'];

/** Checks the template that a workload makes its pods from. */
export function checkTemplate(template: Subject<PodTemplateSpec | undefined>, rules: PodRules): void {
  checkLabels(template.at('metadata').as<PodTemplateSpec['metadata']>());
  const spec = template.at('spec');
  if (!spec.present) spec.error('MISSING_FIELD', 'the template has no spec');
  else checkPodSpec(spec.as<PodSpec>(), rules);
}

interface Selecting {
  selector?: SelectorObject;
  template?: PodTemplateSpec;
}

/** Checks that a selector selects something, and that the template's labels match it. */
export function checkSelector(spec: Subject<Selecting>): void {
  const selector = spec.at('selector');
  if (selector.value === undefined) return;
  const size = Object.keys(selector.value.matchLabels ?? {}).length;
  if (size + (selector.value.matchExpressions ?? []).length === 0) {
    selector.error(
      'MISSING_FIELD',
      'the selector is empty',
      "repeat the template's labels under matchLabels",
    );
    return;
  }
  try {
    const labels = spec.value.template?.metadata?.labels;
    if (matchesLabels(selectorOf(selector.value), labels)) return;
    const target = spec.at('template').at('metadata').at('labels');
    const message = "the template's labels do not match the selector";
    target.error('CONFLICT', message, `the selector is on line ${selector.line()}`);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    selector.error('BAD_VALUE', error.message);
  }
}
