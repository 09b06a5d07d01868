import assert from 'node:assert/strict';
import {
  dropsByDefault,
  type ForeignChain,
  foreignTables,
  iptablesChains,
  iptablesWords,
} from '../../../src/network/foreign-chains.ts';
import { parseListing } from '../../../src/network/nft.ts';

/** Names of the hooks at which a base chain drops by default. */
function dropping(chains: readonly ForeignChain[]): string[] {
  return chains
    .filter((chain) => chain.hook !== undefined && dropsByDefault(chain, chains))
    .map((chain) => `${chain.hook}`);
}

function nft(policy: string, rules: readonly (readonly object[])[], extra: readonly object[] = []): string[] {
  const place = { family: 'inet', table: 'filter' };
  const listing = {
    nftables: [
      { metainfo: { version: '1' } },
      { table: { family: 'inet', name: 'filter' } },
      { chain: { ...place, name: 'forward', type: 'filter', hook: 'forward', prio: 0, policy } },
      ...rules.map((expr, handle) => ({ rule: { ...place, chain: 'forward', handle, expr } })),
      ...extra,
    ],
  };
  return foreignTables(parseListing(JSON.stringify(listing))).flatMap(({ chains }) => dropping(chains));
}

const match = { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'eth1' } };
const chain = { chain: { family: 'inet', table: 'filter', name: 'rest' } };
const inChain = (expr: readonly object[]) => ({
  rule: { family: 'inet', table: 'filter', chain: 'rest', expr },
});

describe('network/foreign-chains', () => {
  const nftCases: readonly [string, string[], string[]][] = [
    ['a policy of drop', nft('drop', []), ['forward']],
    ['a policy of accept', nft('accept', []), []],
    ['a drop of some traffic', nft('accept', [[match, { drop: null }]]), []],
    ['a drop of all traffic', nft('accept', [[{ counter: {} }, { log: null }, { drop: null }]]), ['forward']],
    ['a reject of all traffic', nft('accept', [[{ reject: { type: 'icmpx' } }]]), ['forward']],
    ['an accept of all traffic before a policy of drop', nft('drop', [[{ accept: null }]]), []],
    ['an accept of some traffic', nft('drop', [[match, { accept: null }]]), ['forward']],
    ['a limit before a drop', nft('accept', [[{ limit: { rate: 1 } }, { drop: null }]]), []],
    ['a match of iptables that nft cannot show', nft('accept', [[{ xt: null }, { drop: null }]]), []],
    ['a return before a drop', nft('accept', [[{ return: null }], [{ drop: null }]]), []],
    [
      'a jump to a chain that drops all',
      nft('accept', [[{ jump: { target: 'rest' } }]], [chain, inChain([{ drop: null }])]),
      ['forward'],
    ],
    [
      'a goto to a chain that lets pass, before a drop',
      nft(
        'accept',
        [[{ goto: { target: 'rest' } }], [{ drop: null }]],
        [chain, inChain([match, { drop: null }])],
      ),
      [],
    ],
    [
      'chains that lead to themselves',
      nft('accept', [[{ jump: { target: 'rest' } }]], [chain, inChain([{ jump: { target: 'rest' } }])]),
      [],
    ],
  ];
  for (const [name, is, expected] of nftCases) {
    it(`nft: ${name} ${expected.length > 0 ? 'drops' : 'does not drop'} by default`, () =>
      assert.deepEqual(is, expected));
  }

  it('nft: leaves tables of other families and chains of other hooks alone', () => {
    const listing = {
      nftables: [
        { table: { family: 'ip6', name: 'f' } },
        { chain: { family: 'ip6', table: 'f', name: 'x', type: 'filter', hook: 'forward', policy: 'drop' } },
        { table: { family: 'ip', name: 'g' } },
        { chain: { family: 'ip', table: 'g', name: 'x', type: 'filter', hook: 'output', policy: 'drop' } },
        { chain: { family: 'ip', table: 'g', name: 'y', type: 'nat', hook: 'input', policy: 'drop' } },
        { chain: { family: 'ip', table: 'g', name: 'z', type: 'filter', hook: 'input', policy: 'drop' } },
      ],
    };
    const tables = foreignTables(parseListing(JSON.stringify(listing)));
    assert.deepEqual(
      tables.map(({ family, name, chains }) => [family, name, dropping(chains)]),
      [['ip', 'g', ['input']]],
    );
  });

  const iptablesCases: readonly [string, string, string[]][] = [
    ['policies of drop', '-P INPUT DROP\n-P FORWARD DROP\n-P OUTPUT DROP\n', ['input', 'forward']],
    [
      'a last rule that rejects all',
      '-P FORWARD ACCEPT\n-A FORWARD -i lo -j ACCEPT\n-A FORWARD -m comment --comment "all the rest" -j REJECT --reject-with icmp-host-prohibited\n',
      ['forward'],
    ],
    ['a drop of some', '-P FORWARD ACCEPT\n-A FORWARD -s 192.0.2.1/32 -j DROP\n', []],
    [
      'log and mark before a drop',
      '-P INPUT ACCEPT\n-A INPUT -j LOG --log-prefix "in: "\n-A INPUT -j DROP\n',
      ['input'],
    ],
    [
      'chains of ufw',
      '-P FORWARD DROP\n-N ufw-before-forward\n-A FORWARD -j ufw-before-forward\n-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n',
      ['forward'],
    ],
    ['a chain that accepts all', '-P FORWARD DROP\n-N mine\n-A FORWARD -j mine\n-A mine -j ACCEPT\n', []],
  ];
  for (const [name, listing, expected] of iptablesCases) {
    it(`iptables: reads ${name}`, () => assert.deepEqual(dropping(iptablesChains(listing)), expected));
  }

  it('iptables: reads quoted words', () =>
    assert.deepEqual(iptablesWords('-A FORWARD --comment "a \\"b\\" c" -j DROP'), [
      '-A',
      'FORWARD',
      '--comment',
      'a "b" c',
      '-j',
      'DROP',
    ]));
});
