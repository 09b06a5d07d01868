import type { Exec } from '../contracts/exec.ts';
import type { ForeignFirewall } from '../contracts/network.ts';
import { HostError } from '../errors/host-error.ts';
import { NetworkError } from '../errors/network-error.ts';
import { ProcessError } from '../errors/process-error.ts';
import { readFile } from '../host/files.ts';
import {
  dropsByDefault,
  type ForeignChain,
  foreignTables,
  type Hook,
  iptablesChains,
  iptablesWords,
} from './foreign-chains.ts';
import type { Nft, NftObject } from './nft.ts';

/** A place in a firewall that is not ours, where pods' traffic would be dropped. */
export type Gate =
  | {
      readonly kind: 'nft';
      readonly family: 'ip' | 'inet';
      readonly table: string;
      readonly chain: string;
      readonly hook: Hook;
    }
  | { readonly kind: 'iptables'; readonly backend: Backend; readonly chain: string; readonly hook: Hook }
  | { readonly kind: 'firewalld' };

type Backend = 'nft' | 'legacy';

/** The firewalls of this host as they are now: where they drop, and which of these places hold our rules. */
export interface Survey {
  readonly closed: readonly Gate[];
  readonly open: readonly Gate[];
}

/**
 * Rules of ours in other firewalls: an accept in our own table would not keep another table from dropping. Every
 * rule carries the store's mark as its comment, by which it is found again.
 */
export interface Gates {
  survey(pods: string): Promise<Survey>;
  /** Lets the pods' traffic through. Throws NetworkError FIREWALL_FAILED. */
  open(gates: readonly Gate[], pods: string): Promise<void>;
  /** Removes all rules with our mark, and the range from firewalld's trusted zone if `gates` has firewalld. */
  close(gates: readonly Gate[], pods: string): Promise<void>;
  report(survey: Survey): readonly ForeignFirewall[];
}

export interface GateSettings {
  readonly exec: Exec;
  readonly nft: Nft;
  readonly storeId: string | undefined;
  /** Name of our own table, which is not foreign. */
  readonly ownTable: string;
}

const legacyTables = '/proc/net/ip_tables_names';
const firewalldTable = 'firewalld';
const zone = '--zone=trusted';

export function createGates({ exec, nft, storeId, ownTable }: GateSettings): Gates {
  const mark = `pod-network-${storeId ?? 'default'}`;

  async function iptables(backend: Backend, args: readonly string[]): Promise<string> {
    for (const program of [`iptables-${backend}`, 'iptables']) {
      try {
        return await exec.run({ argv: [program, '-w', '5', ...args] });
      } catch (error) {
        if (!(error instanceof ProcessError && error.code === 'NOT_FOUND')) throw error;
      }
    }
    throw new HostError({
      code: 'TOOL_MISSING',
      message: 'this host has iptables rules, but no program iptables to let pods through them',
      hint: 'install the package iptables',
    });
  }

  /** The backends that hold a filter table. The legacy one must not be asked without need: that would make its tables. */
  function backends(objects: readonly NftObject[]): readonly Backend[] {
    const legacy = readFile(legacyTables)?.toString('utf8').split('\n').includes('filter') ?? false;
    return [
      ...(objects.some(isIptablesChain) ? ['nft' as const] : []),
      ...(legacy ? ['legacy' as const] : []),
    ];
  }

  async function surveyIptables(backend: Backend): Promise<Survey> {
    const listing = await iptables(backend, ['-S']);
    const chains = iptablesChains(listing);
    const gates = chains
      .filter((chain) => chain.hook !== undefined && dropsByDefault(chain, chains))
      .flatMap((chain) => iptablesGate(chain, { chains, backend }));
    const marked = new Set(markedIptables(listing, mark).map((rule) => rule[1]));
    return split(gates, (gate) => gate.kind === 'iptables' && marked.has(gate.chain));
  }

  function surveyNft(objects: readonly NftObject[]): Survey {
    const iptablesIsNft = objects.some(isIptablesChain);
    const gates = foreignTables(objects)
      .filter(({ family, name }) => !(iptablesIsNft && family === 'ip' && name === 'filter'))
      .filter(({ name }) => name !== ownTable && name !== firewalldTable)
      .flatMap(({ family, name, chains }) =>
        chains
          .filter((chain) => dropsByDefault(chain, chains))
          .flatMap(({ name: chain, hook }): readonly Gate[] =>
            hook === undefined ? [] : [{ kind: 'nft', family, table: name, chain, hook }],
          ),
      );
    const marked = objects.filter((object) => isMarked(object, mark));
    return split(gates, (gate) =>
      marked.some(
        ({ fields }) =>
          gate.kind === 'nft' &&
          fields['table'] === gate.table &&
          fields['family'] === gate.family &&
          fields['chain'] === gate.chain,
      ),
    );
  }

  async function surveyFirewalld(pods: string): Promise<Survey> {
    const { status } = await exec.complete({ argv: ['firewall-cmd', zone, `--query-source=${pods}`] });
    return split([{ kind: 'firewalld' }], () => status === 0);
  }

  async function survey(pods: string): Promise<Survey> {
    const objects = await nft.ruleset();
    const surveys = await Promise.all([
      ...(objects.some(isFirewalld) ? [surveyFirewalld(pods)] : []),
      ...backends(objects).map(surveyIptables),
    ]);
    const all = [surveyNft(objects), ...surveys];
    return { closed: all.flatMap(({ closed }) => closed), open: all.flatMap(({ open }) => open) };
  }

  async function openOne(gate: Gate, pods: string): Promise<void> {
    switch (gate.kind) {
      case 'nft':
        return nft.apply(
          nftMatches(gate.hook, pods)
            .map(
              (match) =>
                `insert rule ${gate.family} ${gate.table} ${gate.chain} ${match} accept comment "${mark}"\n`,
            )
            .join(''),
        );
      case 'iptables':
        for (const match of iptablesMatches(gate.hook, pods)) {
          const rule = [...match, '-m', 'comment', '--comment', mark, '-j', 'ACCEPT'];
          await iptables(gate.backend, ['-I', gate.chain, ...rule]);
        }
        return;
      case 'firewalld':
        await exec.run({ argv: ['firewall-cmd', zone, `--add-source=${pods}`] });
    }
  }

  async function closeIptables(backend: Backend): Promise<void> {
    for (const rule of markedIptables(await iptables(backend, ['-S']), mark)) {
      await iptables(backend, ['-D', ...rule.slice(1)]);
    }
  }

  return {
    survey,
    async open(gates, pods) {
      for (const gate of gates) await explained(openOne(gate, pods), gate);
    },
    async close(gates, pods) {
      const objects = await nft.ruleset();
      for (const backend of backends(objects)) await closeIptables(backend);
      const script = objects
        .filter((object) => isMarked(object, mark))
        .map(
          ({ fields }) =>
            `delete rule ${fields['family']} ${fields['table']} ${fields['chain']} handle ${fields['handle']}\n`,
        )
        .join('');
      if (script !== '') await nft.apply(script);
      if (gates.some(({ kind }) => kind === 'firewalld') && objects.some(isFirewalld)) {
        await exec.run({ argv: ['firewall-cmd', zone, `--remove-source=${pods}`] });
      }
    },
    report({ closed, open }) {
      return [
        ...open.map((gate) => ({ kind: gateKind(gate), place: place(gate), opened: true })),
        ...closed.map((gate) => ({ kind: gateKind(gate), place: place(gate), opened: false })),
      ];
    },
  };
}

/** What pods send; what published ports lead to them; and answers. Nothing else of the firewall is widened. */
function nftMatches(hook: Hook, pods: string): readonly string[] {
  const answers = 'ct state established,related';
  return hook === 'input'
    ? [`ip saddr ${pods} ${answers}`]
    : [`ip daddr ${pods} ${answers}`, `ip daddr ${pods} ct status dnat`, `ip saddr ${pods}`];
}

function iptablesMatches(hook: Hook, pods: string): readonly (readonly string[])[] {
  const answers = ['-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED'];
  return hook === 'input'
    ? [['-s', pods, ...answers]]
    : [
        ['-d', pods, ...answers],
        ['-d', pods, '-m', 'conntrack', '--ctstate', 'DNAT'],
        ['-s', pods],
      ];
}

/** Docker keeps a chain for the rules of others, which comes first in FORWARD and survives its own changes. */
function iptablesGate(
  { name, hook, rules }: ForeignChain,
  { chains, backend }: { readonly chains: readonly ForeignChain[]; readonly backend: Backend },
): readonly Gate[] {
  if (hook === undefined) return [];
  const leadsToDocker = rules.some(
    ({ conditional, verdict }) => !conditional && verdict.type === 'jump' && verdict.target === 'DOCKER-USER',
  );
  const usesDocker = leadsToDocker && chains.some((chain) => chain.name === 'DOCKER-USER');
  return [{ kind: 'iptables', backend, chain: usesDocker ? 'DOCKER-USER' : name, hook }];
}

/** Rules with our mark, as words from `-A` on. */
function markedIptables(listing: string, mark: string): readonly (readonly string[])[] {
  return listing
    .split('\n')
    .map(iptablesWords)
    .filter((words) => words[0] === '-A' && words[words.indexOf('--comment') + 1] === mark);
}

function isMarked({ kind, fields }: NftObject, mark: string): boolean {
  return kind === 'rule' && fields['comment'] === mark;
}

/** iptables over nf_tables keeps its rules in `ip filter`, in chains of upper case, and wants to be the only one to change them. */
function isIptablesChain({ kind, fields }: NftObject): boolean {
  return (
    kind === 'chain' &&
    fields['family'] === 'ip' &&
    fields['table'] === 'filter' &&
    /^(INPUT|FORWARD|OUTPUT)$/.test(String(fields['name']))
  );
}

function isFirewalld({ kind, fields }: NftObject): boolean {
  return kind === 'table' && fields['family'] === 'inet' && fields['name'] === firewalldTable;
}

function split(gates: readonly Gate[], isOpen: (gate: Gate) => boolean): Survey {
  return { closed: gates.filter((gate) => !isOpen(gate)), open: gates.filter(isOpen) };
}

function gateKind(gate: Gate): ForeignFirewall['kind'] {
  return gate.kind === 'iptables' ? `iptables-${gate.backend}` : gate.kind;
}

function place(gate: Gate): string {
  switch (gate.kind) {
    case 'nft':
      return `${gate.family} ${gate.table} ${gate.chain}`;
    case 'iptables':
      return `filter ${gate.chain}`;
    case 'firewalld':
      return 'zone trusted';
  }
}

async function explained(opening: Promise<void>, gate: Gate): Promise<void> {
  try {
    await opening;
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    throw new NetworkError({
      code: 'FIREWALL_FAILED',
      kind: 'external',
      message: `the firewall of this host drops the traffic of pods, and no rule for them could be added (${gateKind(gate)}, ${place(gate)})`,
      hint: 'allow the address range of the pods there, or let pod change that firewall',
      cause: error,
    });
  }
}
