import type { HostFacts } from '../../contracts/host-facts.ts';
import type { ResourcesSpec } from '../../oci/runtime-spec.ts';
import { containerLimits, hugepageLimits, milliCpuToShares } from '../resources.ts';
import { deviceRules } from './devices.ts';
import type { ContainerSpecRequest } from './request.ts';

/** Podman's default, against fork bombs. */
const PIDS = 2048;

export interface PlannedResources {
  readonly resources: ResourcesSpec;
  readonly warnings: readonly string[];
}

/** What a container may use of the host, as far as the host has the controllers for it. */
export function resources(request: ContainerSpecRequest): PlannedResources {
  const { container, facts } = request;
  const has = (controller: string) => facts.cgroup.controllers.some(({ name }) => name === controller);
  const { cpuShares, cpuQuota, cpuPeriod, memoryLimit } = containerLimits(container, facts);
  const hugepages = hugepageLimits(container);
  return {
    resources: {
      devices: deviceRules(request),
      ...(memoryLimit ? { memory: { limit: memoryLimit } } : {}),
      ...(cpuShares
        ? { cpu: { shares: cpuShares, ...(cpuQuota ? { quota: cpuQuota, period: cpuPeriod } : {}) } }
        : {}),
      ...(has('pids') ? { pids: { limit: PIDS } } : {}),
      ...(hugepages.length > 0 && has('hugetlb') ? { hugepageLimits: hugepages } : {}),
    },
    warnings: lackingControllers(request, has),
  };
}

/** `pause` sleeps: the least of everything, and no device. */
export function infraResources({ cgroup }: Pick<HostFacts, 'cgroup'>): ResourcesSpec {
  const hasCpu = cgroup.controllers.some(({ name }) => name === 'cpu');
  return {
    devices: [{ allow: false, access: 'rwm' }],
    ...(hasCpu ? { cpu: { shares: milliCpuToShares(0) } } : {}),
  };
}

function lackingControllers(
  { container }: ContainerSpecRequest,
  has: (controller: string) => boolean,
): readonly string[] {
  const limited = Object.keys(container.resources?.limits ?? {}).map((resource) =>
    resource.startsWith('hugepages-') ? 'hugetlb' : resource,
  );
  const lacking = ['cpu', 'memory', 'hugetlb'].filter((name) => limited.includes(name) && !has(name));
  return lacking.map((name) => `this host has no ${name} cgroup controller, its limit is not enforced`);
}
