import assert from 'node:assert/strict';
import type { Container, Pod } from '../../../src/kube/wire.ts';
import {
  containerLimits,
  hugepageLimits,
  milliCpuToShares,
  oomScoreAdj,
  podLimits,
  qosClass,
} from '../../../src/plan/resources.ts';

type Resources = NonNullable<Container['resources']>;
type List = NonNullable<Resources['limits']>;

const MI = 1024 ** 2;
const facts = {
  memoryBytes: 1000 * MI,
  cgroup: {
    layout: 'v2' as const,
    manager: 'cgroupfs' as const,
    hierarchies: [],
    controllers: ['cpu', 'memory'].map((name) => ({ name, mount: '/sys/fs/cgroup', version: 2 as const })),
  },
};

function container(resources: Resources, more: Partial<Container> = {}): Container {
  return { name: 'main', resources, ...more };
}

function pod(containers: Container[], spec: Partial<Pod['spec']> = {}): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { containers, ...spec } };
}

describe('resources', () => {
  describe('C61: limits of CPU as quotas', () => {
    for (const [cpu, quota] of [
      ['300m', 30_000],
      ['0.5', 50_000],
      ['1', 100_000],
      ['2.5', 250_000],
      ['1m', 1000],
      ['10m', 1000],
      ['11m', 1100],
    ] as const) {
      it(`${cpu} is ${quota} of 100000`, () => {
        const { cpuQuota, cpuPeriod } = containerLimits(container({ limits: { cpu } }), facts);
        assert.deepEqual([cpuQuota, cpuPeriod], [quota, 100_000]);
      });
    }
  });

  it('maps thousandths of a CPU to shares from 2 to 262144', () => {
    const shares = [0, 1, 100, 250, 1000, 4000, 10 ** 9].map(milliCpuToShares);
    assert.deepEqual(shares, [2, 2, 102, 256, 1024, 4096, 262_144]);
  });

  it('takes shares from the request, else from the limit, else the least', () => {
    const shares = (resources: Resources) => containerLimits(container(resources), facts).cpuShares;
    assert.equal(shares({ requests: { cpu: '500m' }, limits: { cpu: '2' } }), 512);
    assert.equal(shares({ limits: { cpu: '2' } }), 2048);
    assert.equal(shares({}), 2);
  });

  it('limits memory, and nothing that the host has no controller for', () => {
    const resources = { limits: { cpu: '1', memory: '64Mi' } };
    assert.equal(containerLimits(container(resources), facts).memoryLimit, 64 * MI);
    const none = { cgroup: { ...facts.cgroup, controllers: [] } };
    assert.deepEqual(containerLimits(container(resources), none), {});
  });

  it('limits huge pages by the names of the kernel', () => {
    assert.deepEqual(hugepageLimits(container({ limits: { 'hugepages-2Mi': '4Mi', memory: '1Gi' } })), [
      { pageSize: '2MB', limit: 4 * MI },
    ]);
  });

  describe('of a pod', () => {
    const both = (amounts: List): Resources => ({ requests: amounts, limits: amounts });

    it('are those of its containers together', () => {
      const all = pod([
        container(both({ cpu: '1', memory: '64Mi' })),
        container(both({ cpu: '500m', memory: '32Mi' })),
      ]);
      assert.deepEqual(podLimits(all, facts), {
        cpuShares: 1536,
        cpuQuota: 150_000,
        cpuPeriod: 100_000,
        memoryLimit: 96 * MI,
      });
    });

    it('are open as soon as one container has no limit', () => {
      const all = pod([container(both({ cpu: '1', memory: '64Mi' })), container({ requests: { cpu: '1' } })]);
      assert.deepEqual(podLimits(all, facts), { cpuShares: 2048 });
    });

    it('are those of its hungriest init container, with the sidecars before it, if that is more', () => {
      const sidecar = container(both({ cpu: '100m' }), { restartPolicy: 'Always' });
      const initContainers = [sidecar, container(both({ cpu: '2' }))];
      const all = pod([container(both({ cpu: '1' }))], { initContainers });
      assert.deepEqual(podLimits(all, facts).cpuQuota, 210_000);
    });

    it('have the overhead on top', () => {
      const all = pod([container(both({ memory: '64Mi' }))], { overhead: { memory: '16Mi' } });
      assert.equal(podLimits(all, facts).memoryLimit, 80 * MI);
    });
  });

  describe('quality of service', () => {
    const full = { cpu: '1', memory: '100Mi' };
    for (const [resources, quality, score] of [
      [{ limits: full }, 'Guaranteed', -997],
      [{ limits: full, requests: { cpu: '1000m', memory: '102400Ki' } }, 'Guaranteed', -997],
      [{ limits: full, requests: { cpu: '1', memory: '50Mi' } }, 'Burstable', 950],
      [{ limits: { memory: '100Mi' } }, 'Burstable', 900],
      [{ requests: { cpu: '1' } }, 'Burstable', 999],
      [{ requests: { memory: '1000Mi' } }, 'Burstable', 3],
      [{}, 'BestEffort', 1000],
      [{ limits: { cpu: '0' } }, 'BestEffort', 1000],
    ] as readonly (readonly [Resources, string, number])[]) {
      it(`${JSON.stringify(resources)} is ${quality}`, () => {
        const only = container(resources);
        assert.equal(qosClass(pod([only])), quality);
        assert.equal(oomScoreAdj(pod([only]), only, facts), score);
      });
    }

    it('counts init containers', () => {
      assert.equal(
        qosClass(pod([container({ limits: full })], { initContainers: [container({})] })),
        'Burstable',
      );
    });
  });
});
