import { ValueError } from '../errors/value-error.ts';
import { labelValueFault, qualifiedNameFault } from './name.ts';

/** One condition on an object's labels. */
export type Requirement =
  | { readonly operator: 'Exists' | 'DoesNotExist'; readonly key: string }
  | { readonly operator: 'In' | 'NotIn'; readonly key: string; readonly values: readonly string[] };

/** Conditions that all have to hold. None at all holds for every object. */
export type LabelSelector = readonly Requirement[];

/** A selector as objects such as a Deployment hold it. */
export interface SelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/**
 * Parses kubectl's selector syntax: `a=b`, `a==b`, `a!=b`, `a in (b, c)`, `a notin (b)`, `a`, `!a`, joined by commas.
 * Throws ValueError BAD_SELECTOR.
 */
export function parseSelector(text: string): LabelSelector {
  if (text.trim() === '') return [];
  return splitTerms(text).map((term) => parseTerm(text, term.trim()));
}

/** The conditions of a selector object. Throws ValueError BAD_SELECTOR. */
export function selectorOf(selector: SelectorObject): LabelSelector {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => within(key, [value]));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) throw bad(key, `${operator} takes no values`);
        return { operator, key } as const;
      case 'In':
      case 'NotIn':
        if (values.length === 0) throw bad(key, `${operator} needs values`);
        return { operator, key, values } as const;
      default:
        throw bad(key, `${JSON.stringify(operator)} is none of In, NotIn, Exists and DoesNotExist`);
    }
  });
  return [...equal, ...expressions];
}

/** True if labels fulfil every condition. As in Kubernetes, an absent label fulfils NotIn. */
export function matchesLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return selector.every((requirement) => fulfils(requirement, labels ?? {}));
}

function fulfils(requirement: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
  }
}

/** Prints a selector so that `parseSelector` reads it back. */
export function formatSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement(requirement: Requirement): string {
  switch (requirement.operator) {
    case 'Exists':
      return requirement.key;
    case 'DoesNotExist':
      return `!${requirement.key}`;
    case 'In':
      return formatValues(requirement, { one: '=', many: 'in' });
    case 'NotIn':
      return formatValues(requirement, { one: '!=', many: 'notin' });
  }
}

function formatValues(
  { key, values }: { key: string; values: readonly string[] },
  signs: { one: string; many: string },
): string {
  return values.length === 1
    ? `${key}${signs.one}${values[0]}`
    : `${key} ${signs.many} (${values.join(',')})`;
}

/** Cuts at commas outside parentheses. */
function splitTerms(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

function parseTerm(text: string, term: string): Requirement {
  const [, absent, exists] = /^(!)?\s*([^\s!=,()]+)$/.exec(term) ?? [];
  if (exists !== undefined) {
    return { operator: absent === undefined ? 'Exists' : 'DoesNotExist', key: checkKey(text, exists) };
  }
  const [, key = '', sign, value = ''] = /^([^\s!=,()]+)\s*(==?|!=)\s*([^\s!=,()]*)$/.exec(term) ?? [];
  if (sign !== undefined) {
    const values = [checkValue(text, value)];
    return { operator: sign === '!=' ? 'NotIn' : 'In', key: checkKey(text, key), values };
  }
  const [, setKey = '', word, list = ''] = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term) ?? [];
  if (word === undefined) throw bad(text, `${JSON.stringify(term)} is no condition`);
  const values = list.split(',').map((part) => checkValue(text, part.trim()));
  return { operator: word === 'in' ? 'In' : 'NotIn', key: checkKey(text, setKey), values };
}

function within(key: string, values: readonly string[]): Requirement {
  return { operator: 'In', key, values };
}

function checkKey(text: string, key: string): string {
  const fault = qualifiedNameFault(key);
  if (fault !== undefined) throw bad(text, fault.message);
  return key;
}

function checkValue(text: string, value: string): string {
  const fault = labelValueFault(value);
  if (fault !== undefined) throw bad(text, fault.message);
  return value;
}

function bad(text: string, reason: string): ValueError {
  return new ValueError({
    code: 'BAD_SELECTOR',
    message: `${JSON.stringify(text)} is not a label selector: ${reason}`,
    hint: 'write app=web, tier!=db, env in (a,b), !old, joined by commas',
  });
}
