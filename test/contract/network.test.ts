import assert from 'node:assert/strict';
import type { Attachment, NetworkInfo } from '../../src/contracts/network.ts';
import { fakeMachine } from '../fakes/drivers.ts';
import { NestedHost } from '../fakes/nested-host.ts';
import { keptBy } from './kept-by.ts';

/** The verbs of Network that a pod named `web` needs. */
interface Subject {
  attach(networks?: readonly string[]): Promise<readonly Attachment[]>;
  detach(): Promise<void>;
  attached(): Promise<readonly string[]>;
  ensure(): Promise<void>;
  list(): Promise<readonly NetworkInfo[]>;
  end(): Promise<void>;
}

function ofFake(folder: string): Subject {
  const { network } = fakeMachine(folder).drivers;
  const pod = { podId: 'web', namespace: 'default', podName: 'web', netns: '/run/netns/web', ports: [] };
  return {
    attach: (networks = []) => network.attach({ ...pod, networks }),
    detach: () => network.detach('web'),
    attached: network.attached,
    ensure: network.ensure,
    list: network.list,
    end: async () => undefined,
  };
}

/** On a host that is a network namespace, so that the machine's own rules and routes are left alone. */
function ofHost(): Subject {
  const host = new NestedHost();
  host.space('web');
  const network = host.network();
  return {
    attach: (networks = []) => network.attach('web', { networks }),
    detach: () => network.detach('web'),
    attached: () => network.attached(),
    ensure: () => network.ensure(),
    list: () => network.list(),
    async end() {
      await network.detach('web');
      const leftovers = host.leftovers();
      await host.end();
      assert.deepEqual(leftovers, []);
    },
  };
}

keptBy<Subject>('the network', { 'the fake': ofFake, 'a nested host': ofHost }, (subject) => {
  afterEach(() => subject().end());

  it('attaches a pod, remembers it, and forgets it once detached, however often', async () => {
    await subject().detach();
    const [attachment, ...others] = await subject().attach();
    assert.ok(attachment);
    assert.deepEqual(others, []);
    assert.equal(attachment.interface, 'eth0');
    assert.match(attachment.addresses[0] ?? '', /^10\.[\d.]+\/\d+$/);
    assert.deepEqual(await subject().attached(), ['web']);
    await subject().ensure();
    await subject().detach();
    await subject().detach();
    assert.deepEqual(await subject().attached(), []);
  });

  it('keeps nothing of a pod that it could not attach', async () => {
    await assert.rejects(subject().attach(['no-such']), { code: 'NETWORK_NOT_FOUND' });
    assert.deepEqual(await subject().attached(), []);
  });

  it('has one default network, and nothing to make right without pods', async () => {
    await subject().ensure();
    const networks = await subject().list();
    assert.deepEqual(
      networks.filter(({ isDefault }) => isDefault).map(({ name }) => name),
      ['pod'],
    );
  });
});
