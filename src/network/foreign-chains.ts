import { isRecord } from './is-record.ts';
import type { NftObject } from './nft.ts';

/** Where a rule sends what it matches. `none` covers all that does not decide, such as log or mark. */
export type Verdict =
  | { readonly type: 'drop' | 'accept' | 'return' | 'none' }
  | { readonly type: 'jump' | 'goto'; readonly target: string };

export interface ForeignRule {
  /** False for a rule that everything matches. */
  readonly conditional: boolean;
  readonly verdict: Verdict;
}

export type Hook = 'forward' | 'input';

/** A chain of a firewall that is not ours. Only a base chain has a hook and a policy. */
export interface ForeignChain {
  readonly name: string;
  readonly hook?: Hook;
  readonly policy?: 'accept' | 'drop';
  readonly rules: readonly ForeignRule[];
}

/** The chains of one nftables table. */
export interface ForeignTable {
  readonly family: 'ip' | 'inet';
  readonly name: string;
  readonly chains: readonly ForeignChain[];
}

/**
 * Whether a base chain drops what no rule of it speaks of: by its policy, or by a rule that everything reaches.
 * Rules that drop only some traffic are the administrator's will and stay as they are.
 */
export function dropsByDefault(base: ForeignChain, chains: readonly ForeignChain[]): boolean {
  const end = walk(base, chains, new Set());
  return end === 'drop' || (end === 'pass' && base.policy === 'drop');
}

type End = 'drop' | 'accept' | 'pass';

function walk(chain: ForeignChain, chains: readonly ForeignChain[], above: ReadonlySet<string>): End {
  const path = new Set([...above, chain.name]);
  for (const { verdict } of chain.rules.filter(({ conditional }) => !conditional)) {
    switch (verdict.type) {
      case 'drop':
      case 'accept':
        return verdict.type;
      case 'return':
        return 'pass';
      case 'none':
        break;
      case 'jump':
      case 'goto': {
        const target = chains.find(({ name }) => name === verdict.target);
        const end = target === undefined || path.has(target.name) ? 'pass' : walk(target, chains, path);
        if (end !== 'pass' || verdict.type === 'goto') return end;
      }
    }
  }
  return 'pass';
}

/** The tables of `nft -j list ruleset` that see IPv4 traffic. */
export function foreignTables(objects: readonly NftObject[]): readonly ForeignTable[] {
  const belongs = (table: string, family: unknown) => (object: NftObject) =>
    object.fields['table'] === table && object.fields['family'] === family;
  return objects
    .filter(({ kind }) => kind === 'table')
    .flatMap(({ fields: { family, name } }) => {
      if ((family !== 'ip' && family !== 'inet') || typeof name !== 'string') return [];
      const own = objects.filter(belongs(name, family));
      const chains = own.filter(({ kind }) => kind === 'chain').map(({ fields }) => nftChain(fields, own));
      return [{ family, name, chains }];
    });
}

function nftChain(fields: Readonly<Record<string, unknown>>, objects: readonly NftObject[]): ForeignChain {
  const { name, type, hook, policy } = fields;
  const rules = objects
    .filter((object) => object.kind === 'rule' && object.fields['chain'] === name)
    .map((object) => nftRule(object.fields['expr']));
  return {
    name: String(name),
    ...(type === 'filter' && (hook === 'forward' || hook === 'input') ? { hook } : {}),
    ...(policy === 'drop' || policy === 'accept' ? { policy } : {}),
    rules,
  };
}

/** Statements that let everything pass on to the next one. */
const transparent = new Set(['counter', 'log', 'comment', 'notrack', 'mangle']);

function nftRule(expressions: unknown): ForeignRule {
  let conditional = false;
  let verdict: Verdict = { type: 'none' };
  for (const expression of Array.isArray(expressions) ? expressions : []) {
    const [kind = '', detail] = isRecord(expression) ? (Object.entries(expression)[0] ?? []) : [];
    const found = nftVerdict(kind, detail);
    if (found !== undefined) verdict = found;
    else if (!transparent.has(kind)) conditional = true;
  }
  return { conditional, verdict };
}

function nftVerdict(kind: string, detail: unknown): Verdict | undefined {
  switch (kind) {
    case 'drop':
    case 'reject':
      return { type: 'drop' };
    case 'accept':
    case 'return':
      return { type: kind };
    case 'jump':
    case 'goto':
      return { type: kind, target: isRecord(detail) ? String(detail['target']) : '' };
    default:
      return undefined;
  }
}

/** The chains of `iptables -S`, which prints them as options. */
export function iptablesChains(listing: string): readonly ForeignChain[] {
  const chains = new Map<string, { policy?: 'accept' | 'drop'; rules: ForeignRule[] }>();
  for (const line of listing.split('\n')) {
    const [option, name, ...words] = iptablesWords(line);
    if (name === undefined) continue;
    const chain = chains.get(name) ?? { rules: [] };
    chains.set(name, chain);
    if (option === '-P') chain.policy = words[0] === 'DROP' ? 'drop' : 'accept';
    if (option === '-A') chain.rules.push(iptablesRule(words));
  }
  return [...chains].map(([name, chain]) => ({ name, ...iptablesHooks[name], ...chain }));
}

const iptablesHooks: Readonly<Record<string, { readonly hook: Hook }>> = {
  FORWARD: { hook: 'forward' },
  INPUT: { hook: 'input' },
};

/** The words of a line of `iptables -S`. A comment may be quoted, with backslashes before quotes within it. */
export function iptablesWords(line: string): readonly string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word));
}

const iptablesTargets: Readonly<Record<string, Verdict['type']>> = {
  DROP: 'drop',
  REJECT: 'drop',
  ACCEPT: 'accept',
  RETURN: 'return',
};

/** Targets of iptables that do not decide. Any other name is a chain. */
const iptablesExtensions = new Set([
  'LOG',
  'NFLOG',
  'MARK',
  'CONNMARK',
  'TCPMSS',
  'CT',
  'TRACE',
  'AUDIT',
  'DSCP',
]);

function iptablesRule(words: readonly string[]): ForeignRule {
  const at = words.findIndex((word) => word === '-j' || word === '-g');
  const target = at < 0 ? '' : (words[at + 1] ?? '');
  const matches = at < 0 ? words : words.slice(0, at);
  return {
    conditional: withoutComment(matches).length > 0,
    verdict: iptablesVerdict(words[at] === '-g' ? 'goto' : 'jump', target),
  };
}

function iptablesVerdict(option: 'jump' | 'goto', target: string): Verdict {
  const type = iptablesTargets[target];
  if (type !== undefined && type !== 'jump' && type !== 'goto') return { type };
  return target === '' || iptablesExtensions.has(target) ? { type: 'none' } : { type: option, target };
}

function withoutComment(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--comment');
  return at < 2 ? words : [...words.slice(0, at - 2), ...words.slice(at + 2)];
}
