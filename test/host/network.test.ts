import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PortMapping } from '../../src/contracts/network.ts';
import { LineError } from '../fakes/line-process.ts';
import {
  hostAddress,
  NestedHost,
  type NestedNetwork,
  neighbourAddress,
  type Peer,
} from '../fakes/nested-host.ts';

const tcp = (hostPort: number, hostIP = '0.0.0.0', containerPort = 80): PortMapping => ({
  hostIP,
  hostPort,
  containerPort,
  protocol: 'tcp',
});
const refusedWith =
  (code: string, pattern = /./) =>
  (error: unknown) =>
    error instanceof LineError && error.code === code && pattern.test(error.message);

describe('pods on the routed default network', () => {
  let host: NestedHost;
  let network: NestedNetwork;
  const peers = {} as Record<'host' | 'neighbour' | 'a' | 'b', Peer>;
  const address = { a: '', b: '' };

  before(async () => {
    host = new NestedHost();
    for (const pod of ['a', 'b', 'c']) host.space(pod);
    network = host.network();
    [address.a, address.b] = await Promise.all([
      network.address('a', {
        ports: [
          tcp(8080),
          { hostIP: '127.0.0.1', hostPort: 15353, containerPort: 53, protocol: 'tcp' },
          { hostIP: '127.0.0.1', hostPort: 15353, containerPort: 53, protocol: 'udp' },
          { hostIP: hostAddress, hostPort: 9053, containerPort: 53, protocol: 'udp' },
        ],
      }),
      network.address('b'),
    ]);
    for (const space of ['host', 'neighbour', 'a', 'b'] as const) peers[space] = host.peer(space);
    await Promise.all([
      ...(['neighbour', 'a', 'b'] as const).map((space) => peers[space].serve(80)),
      peers.a.serve(53),
      peers.a.serve(53, { protocol: 'udp' }),
      peers.host.serve(9999, { address: '127.0.0.1' }),
    ]);
  });

  after(async () => {
    await network.detach('a', 'b', 'c');
    const leftovers = host.leftovers();
    await host.end();
    assert.deepEqual(leftovers, []);
  });

  it('see each other by their own addresses', async () => {
    assert.equal(await peers.a.ask(address.b, 80), `b ${address.a}`);
    assert.equal(await peers.b.ask(address.a, 80), `a ${address.b}`);
  });

  it('are reached from the host, and reach others as the host', async () => {
    assert.match(await peers.host.ask(address.a, 80), /^a /);
    assert.equal(await peers.a.ask(neighbourAddress, 80), `neighbour ${hostAddress}`);
    await peers.host.serve(9997);
    assert.equal(await peers.host.ask('10.86.0.1', 9997), 'host 10.86.0.1');
    assert.equal(await peers.a.ask(hostAddress, 9997), `host ${address.a}`);
  });

  it('are not reached from elsewhere but through published ports', async () => {
    assert.equal(await peers.neighbour.ask(address.b, 80), 'silence');
    assert.equal(await peers.neighbour.ask(address.a, 80), 'silence');
  });

  it('publish a port on every address: to the host, its loopback, neighbours, pods and the pod itself', async () => {
    assert.match(await peers.host.ask('127.0.0.1', 8080), /^a /);
    assert.equal(await peers.host.ask(hostAddress, 8080), `a ${hostAddress}`);
    assert.equal(await peers.neighbour.ask(hostAddress, 8080), `a ${neighbourAddress}`);
    assert.equal(await peers.b.ask(hostAddress, 8080), `a ${address.b}`);
    assert.match(await peers.a.ask(hostAddress, 8080), /^a /);
  });

  it('C72: publish TCP and UDP of one number on one address only', async () => {
    assert.match(await peers.host.ask('127.0.0.1', 15353), /^a /);
    assert.match(await peers.host.ask('127.0.0.1', 15353, 'udp'), /^a /);
    assert.equal(await peers.host.ask(hostAddress, 15353), 'refused');
    assert.equal(await peers.host.ask(hostAddress, 15353, 'udp'), 'refused');
    assert.equal(await peers.neighbour.ask(hostAddress, 15353), 'refused');
    assert.equal(await peers.neighbour.ask(hostAddress, 9053, 'udp'), `a ${neighbourAddress}`);
    assert.equal(await peers.host.ask('127.0.0.1', 9053, 'udp'), 'refused');
  });

  it("do not reach what listens on the host's loopback, even with routes of their own making", async () => {
    assert.equal(await peers.host.ask('127.0.0.1', 9999).then((answer) => answer.split(' ')[0]), 'host');
    host.run(
      'b',
      'sysctl',
      '-qw',
      'net.ipv4.conf.eth0.route_localnet=1',
      'net.ipv4.conf.all.route_localnet=1',
    );
    host.ip('b', 'rule', 'add', 'pref', '1', 'to', '127.0.0.2/32', 'table', '100');
    host.ip('b', 'rule', 'delete', 'pref', '0', 'table', 'local');
    host.ip('b', 'rule', 'add', 'pref', '2', 'table', 'local');
    host.ip('b', 'route', 'add', '127.0.0.2', 'via', '10.86.0.1', 'dev', 'eth0', 'table', '100');
    await host.peer('host').serve(9998, { address: '127.0.0.2' });
    assert.equal(await peers.b.ask('127.0.0.2', 9998), 'silence');
  });

  it('lose no port to a later pod, which is told who has it', async () => {
    await assert.rejects(
      network.attach('c', { ports: [tcp(8080, hostAddress)] }),
      refusedWith('PORT_IN_USE', /pod a\b/),
    );
    assert.deepEqual([...(await network.attached())].sort(), ['a', 'b']);
    await network.attach('c', { ports: [{ ...tcp(8080), protocol: 'udp' }] });
    await network.detach('c');
    assert.match(await peers.host.ask('127.0.0.1', 8080), /^a /);
  });

  it('are made whole again when somebody flushed all rules', async () => {
    host.nft('flush ruleset');
    assert.equal(await peers.host.ask('127.0.0.1', 8080), 'refused');
    await network.ensure();
    assert.match(await peers.host.ask('127.0.0.1', 8080), /^a /);
    host.nft('flush ruleset');
    await network.attach('c');
    assert.match(await peers.neighbour.ask(hostAddress, 8080), /^a /);
    await network.detach('c');
  });

  it('are left alone by ensure when nothing is wrong', async () => {
    const before = host.run('host', 'nft', '-a', 'list', 'ruleset');
    await network.ensure();
    assert.equal(host.run('host', 'nft', '-a', 'list', 'ruleset'), before);
    host.nft('flush chain inet pod publish');
    await network.ensure();
    assert.match(await peers.host.ask('127.0.0.1', 8080), /^a /);
  });
});

describe('networks of this host', () => {
  let host: NestedHost;

  beforeEach(() => {
    host = new NestedHost();
  });

  afterEach(() => host.end());

  it('stay apart for two stores, and keep out of the way of routes', async () => {
    host.ip('host', 'route', 'add', '10.86.7.0/24', 'via', neighbourAddress);
    const [one, two] = [host.network(), host.network({ storeId: '0a1b2c3d' })];
    host.space('a');
    host.space('b');
    const [first, second] = await Promise.all([
      one.address('a', { ports: [tcp(8081)] }),
      two.address('b', { ports: [tcp(8082)] }),
    ]);
    assert.match(first, /^10\.96\.0\./);
    assert.match(second, /^10\.(1[3-9]\d|2\d\d)\./);
    await one.detach('a');
    host.ip('host', 'route', 'delete', '10.86.7.0/24');
    host.space('c');
    await host.peer('b').serve(80);
    assert.match(await host.peer('host').ask('127.0.0.1', 8082), /^b /);
    assert.match(await one.address('c'), /^10\.96\.0\./);
    await one.detach('c');
    host.ip('host', 'route', 'add', '10.96.0.0/16', 'via', neighbourAddress);
    assert.match(await one.address('c'), /^10\.86\.0\./);
    await one.detach('c');
    host.ip('host', 'route', 'delete', '10.96.0.0/16');
    await two.detach('b');
    assert.deepEqual(host.leftovers(), []);
  });

  it('of two stores that would choose the same range become different ones', async () => {
    const [one, two] = [host.network({ storeId: '00000000' }), host.network({ storeId: '00000400' })];
    host.space('a');
    host.space('b');
    const addresses = await Promise.all([one.address('a'), two.address('b')]);
    assert.deepEqual(addresses.map((address) => address.replace(/\.\d+$/, '')).sort(), [
      '10.128.0',
      '10.128.32',
    ]);
    await Promise.all([one.detach('a'), two.detach('b')]);
    assert.deepEqual(host.leftovers(), []);
  });

  it('are detached without their namespace, after a reboot and with a pin that is none any more', async () => {
    const network = host.network();
    for (const pod of ['a', 'b', 'c']) host.space(pod);
    await Promise.all(['a', 'b', 'c'].map((pod) => network.attach(pod)));
    const keeper = host.peer('b');
    await keeper.serve(80);
    host.unpin('a');
    host.unpin('b');
    host.unpin('c');
    writeFileSync(host.pin('c'), '');
    host.nft('flush ruleset');
    await network.detach('a', 'b', 'c', 'never');
    await network.detach('a');
    assert.deepEqual(host.leftovers(), []);
    host.run('host', 'rm', host.pin('c'));
  });

  for (const verb of ['attach', 'detach'] as const) {
    it(`leave nothing behind when the command dies at any moment of ${verb}`, async () => {
      host.space('witness');
      const witness = host.network();
      await witness.attach('witness', { ports: [tcp(8080)] });
      for (const delay of [0, 1, 2, 4, 6, 8, 10, 12, 15, 18, 22, 30, 40]) {
        const pod = `p${delay}`;
        host.space(pod);
        const network = host.network();
        await network.attached();
        const attaching = () => network.attach(pod, { ports: [tcp(9000)] });
        if (verb === 'detach') await attaching();
        await Promise.race([verb === 'attach' ? attaching() : network.detach(pod), sleep(delay)]);
        await network.kill();
        if (delay % 2 === 0) host.unpin(pod);
        await witness.detach(...(await witness.attached()).filter((id) => id !== 'witness'));
        await witness.ensure();
        const elements = host.run('host', 'nft', 'list', 'table', 'inet', 'pod');
        assert.equal(elements.includes('9000'), false, `died after ${delay} ms`);
        assert.equal(
          (host.ip('host', '-o', 'link').match(/veth/g) ?? []).length,
          1,
          `died after ${delay} ms`,
        );
      }
      await witness.detach('witness');
      assert.deepEqual(host.leftovers(), []);
    });
  }

  it('are finished by ensure when the last pod is gone and its command died', async () => {
    host.space('a');
    const network = host.network();
    await network.attach('a');
    const file = join(network.folder, 'host.json');
    const record = readFileSync(file);
    await network.detach('a');
    writeFileSync(file, record);
    host.ip('host', 'route', 'add', 'unreachable', '10.86.0.0/16');
    host.nft('add table inet pod');
    await network.ensure();
    assert.deepEqual(host.leftovers(), []);
  });

  describe('that the administrator configured', () => {
    const lan = {
      cniVersion: '1.0.0',
      name: 'lan',
      plugins: [
        {
          type: 'bridge',
          bridge: 'lan0',
          isGateway: true,
          ipMasq: true,
          ipam: {
            type: 'host-local',
            ranges: [[{ subnet: '10.77.0.0/24' }]],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    };
    const lanFolder = () => {
      const folder = join(host.folder, 'net.d');
      mkdirSync(folder);
      const [bridge, portmap] = lan.plugins;
      const dataDir = join(host.folder, 'leases');
      const plugins = [{ ...bridge, ipam: { ...bridge?.ipam, dataDir } }, portmap];
      writeFileSync(join(folder, '10-lan.conflist'), JSON.stringify({ ...lan, plugins }));
      writeFileSync(join(folder, '20-bare.conf'), JSON.stringify({ ...plugins[0], name: 'bare' }));
      return folder;
    };

    it('are taken by name, publish by portmap, and stand beside the default network', async () => {
      const network = host.network({ configFolders: [lanFolder()] });
      host.space('a');
      const attachments = await network.attach('a', { networks: ['lan', 'pod'], ports: [tcp(8080)] });
      assert.deepEqual(
        attachments.map((each) => [
          each.network,
          each.interface,
          each.addresses[0]?.replace(/\.\d+\/.*/, ''),
        ]),
        [
          ['lan', 'eth0', '10.77.0'],
          ['pod', 'eth1', '10.86.0'],
        ],
      );
      await host.peer('a').serve(80);
      assert.equal(await host.peer('neighbour').ask(hostAddress, 8080), `a ${neighbourAddress}`);
      await network.detach('a');
      host.ip('host', 'link', 'delete', 'lan0');
      assert.deepEqual(host.leftovers(), []);
      assert.equal(existsSync(join(host.folder, 'leases/lan/10.77.0.2')), false);
    });

    it('are never replaced by another, and publish only what they can', async () => {
      const network = host.network({ configFolders: [lanFolder()] });
      host.space('a');
      await assert.rejects(
        network.attach('a', { networks: ['wan'] }),
        refusedWith('NETWORK_NOT_FOUND', /pod, lan, bare/),
      );
      await assert.rejects(
        network.attach('a', { networks: ['bare'], ports: [tcp(8080)] }),
        refusedWith('NETWORK_INVALID'),
      );
      await assert.rejects(
        network.attach('a', { ports: [{ ...tcp(8080), protocol: 'sctp' }] }),
        refusedWith('PROTOCOL_UNSUPPORTED', /SCTP/),
      );
      assert.deepEqual(await network.attached(), []);
      assert.deepEqual(host.leftovers(), []);
    });

    it('are undone when a plugin of the chain fails or is missing', async () => {
      const folder = lanFolder();
      const plugins = [lan.plugins[0], { type: 'tuning', sysctl: { 'net.none.such': '1' } }];
      writeFileSync(join(folder, '00-odd.conflist'), JSON.stringify({ ...lan, name: 'odd', plugins }));
      const gone = [...lan.plugins, { type: 'no-such-plugin' }];
      writeFileSync(
        join(folder, '01-gone.conflist'),
        JSON.stringify({ ...lan, name: 'gone', plugins: gone }),
      );
      const network = host.network({ configFolders: [folder] });
      host.space('a');
      await assert.rejects(
        network.attach('a', { networks: ['pod', 'odd'] }),
        refusedWith('PLUGIN_FAILED', /tuning/),
      );
      await assert.rejects(
        network.attach('a', { networks: ['gone'] }),
        refusedWith('PLUGIN_MISSING', /no-such-plugin/),
      );
      assert.deepEqual(await network.attached(), []);
      host.ip('host', 'link', 'delete', 'lan0');
      assert.deepEqual(host.leftovers(), []);
    });
  });
});

describe('pods behind other firewalls', () => {
  let host: NestedHost;
  let network: NestedNetwork;

  beforeEach(() => {
    host = new NestedHost();
    for (const pod of ['a', 'b']) host.space(pod);
  });

  afterEach(() => host.end());

  /** Pods reach each other, the neighbour and back through a published port, and the host gets their answers. */
  async function assertOpen(): Promise<void> {
    const addresses = await Promise.all([network.address('a', { ports: [tcp(8080)] }), network.address('b')]);
    const [a, b, neighbour, itself] = ['a', 'b', 'neighbour', 'host'].map((space) => host.peer(space)) as [
      Peer,
      Peer,
      Peer,
      Peer,
    ];
    await Promise.all([a.serve(80), neighbour.serve(80)]);
    assert.equal(await b.ask(addresses[0], 80), `a ${addresses[1]}`);
    assert.equal(await b.ask(neighbourAddress, 80), `neighbour ${hostAddress}`);
    assert.equal(await neighbour.ask(hostAddress, 8080), `a ${neighbourAddress}`);
    assert.match(await itself.ask('127.0.0.1', 8080), /^a /);
    assert.equal(await neighbour.ask(addresses[0], 80), 'silence');
  }

  const droppingTable = `table inet fw {
    chain forward { type filter hook forward priority 0; policy drop; }
    chain input { type filter hook input priority 0; policy drop; }
  }`;

  it('pass a table of nftables that drops', async () => {
    host.nft(droppingTable);
    network = host.network();
    await assertOpen();
    assert.deepEqual(await network.firewalls(), [
      { kind: 'nft', place: 'inet fw forward', opened: true },
      { kind: 'nft', place: 'inet fw input', opened: true },
    ]);
    await network.detach('a', 'b');
    assert.deepEqual(host.leftovers(), []);
    assert.deepEqual(
      (await network.firewalls()).map(({ opened }) => opened),
      [false, false],
    );
  });

  it('pass one that came or was loaded anew after them', async () => {
    network = host.network();
    await Promise.all(['a', 'b'].map((pod) => network.attach(pod)));
    host.nft(droppingTable);
    assert.deepEqual(
      (await network.firewalls()).map(({ opened }) => opened),
      [false, false],
    );
    await network.ensure();
    const rules = host.run('host', 'nft', 'list', 'ruleset');
    await network.ensure();
    assert.equal(host.run('host', 'nft', 'list', 'ruleset'), rules);
    await network.detach('a', 'b');
    await assertOpen();
    await network.detach('a', 'b');
    assert.deepEqual(host.leftovers(), []);
  });

  for (const backend of ['nft', 'legacy']) {
    it(`pass iptables (${backend}) with a policy of drop, and Docker's own chain for such rules`, async () => {
      const iptables = (...args: string[]) => host.run('host', `iptables-${backend}`, ...args);
      for (const chain of ['FORWARD', 'INPUT']) iptables('-P', chain, 'DROP');
      iptables('-N', 'DOCKER-USER');
      iptables('-A', 'FORWARD', '-j', 'DOCKER-USER');
      const before = iptables('-S');
      network = host.network();
      await assertOpen();
      assert.deepEqual(
        (await network.firewalls()).map(({ place, opened }) => [place, opened]),
        [
          ['filter INPUT', true],
          ['filter DOCKER-USER', true],
        ],
      );
      await network.detach('a', 'b');
      assert.equal(iptables('-S'), before);
      assert.deepEqual(host.leftovers(), []);
    });
  }

  it("enter firewalld's trusted zone by firewalld's own program, and leave it", async () => {
    const bin = join(host.folder, 'bin');
    const log = join(host.folder, 'firewall-cmd.log');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'firewall-cmd'),
      `#!/bin/sh\necho "$*" >>${log}\ncase $2 in --query*) exit 1 ;; esac\n`,
    );
    chmodSync(join(bin, 'firewall-cmd'), 0o755);
    host.nft(`table inet firewalld {
      chain filter_FORWARD {
        type filter hook forward priority 10
        reject with icmpx admin-prohibited
      }
    }`);
    network = host.network({ env: { PATH: `${bin}:${process.env['PATH']}` } });
    await network.attach('a');
    assert.deepEqual(await network.firewalls(), [
      { kind: 'firewalld', place: 'zone trusted', opened: false },
    ]);
    await network.detach('a');
    const calls = readFileSync(log, 'utf8').split('\n');
    const changes = calls.filter((call) => !call.includes('--query'));
    assert.deepEqual(changes, [
      '--zone=trusted --add-source=10.86.0.0/16',
      '--zone=trusted --remove-source=10.86.0.0/16',
      '',
    ]);
    assert.deepEqual(host.leftovers(), []);
  });
});
