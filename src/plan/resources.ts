import type { CgroupLimits } from '../contracts/cgroups.ts';
import type { HostFacts } from '../contracts/host-facts.ts';
import type { Container, Pod } from '../kube/wire.ts';
import { milliUnits, parseQuantity, type Quantity, wholeUnits } from '../values/quantity.ts';

/** Microseconds that a CPU quota is counted in. */
export const CPU_PERIOD = 100_000;

const SHARES_PER_CPU = 1024;
const SHARES_MIN = 2;
const SHARES_MAX = 262_144;
const QUOTA_MIN = 1000;

/** The kubelet's mapping of thousandths of a CPU to cgroup v1 shares: 2 to 262144. */
export function milliCpuToShares(milliCpu: number): number {
  return Math.min(Math.max(Math.floor((milliCpu * SHARES_PER_CPU) / 1000), SHARES_MIN), SHARES_MAX);
}

/** Microseconds per period for thousandths of a CPU; at least 1000, the least that the kernel takes. */
export function milliCpuToQuota(milliCpu: number): number {
  return Math.max(Math.floor((milliCpu * CPU_PERIOD) / 1000), QUOTA_MIN);
}

/** What one container asks for and may use: thousandths of a CPU and bytes. Undefined where the manifest is silent. */
interface Amounts {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

/** The cgroup limits of one container. Controllers that the host lacks are left out. */
export function containerLimits(container: Container, facts: Pick<HostFacts, 'cgroup'>): CgroupLimits {
  return toCgroup({ requests: requestsOf(container), limits: limitsOf(container) }, facts);
}

/**
 * The cgroup limits of a whole pod: containers together, or its hungriest moment of initialising if that is more,
 * plus overhead. A limit holds for the pod only if every container has one.
 */
export function podLimits(pod: Pod, facts: Pick<HostFacts, 'cgroup'>): CgroupLimits {
  return toCgroup(
    { requests: podTotal(pod, requestsOf, 'open'), limits: podTotal(pod, limitsOf, 'strict') },
    facts,
  );
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The pod's quality of service, by Kubernetes' rules, from CPU and memory of all its containers. */
export function qosClass(pod: Pod): QosClass {
  const containers = everyContainer(pod);
  const amounts = containers.flatMap((container) => {
    const [requests, limits] = [requestsOf(container), limitsOf(container)];
    return [
      [requests.cpu, limits.cpu],
      [requests.memory, limits.memory],
    ] as const;
  });
  if (amounts.every(([request, limit]) => !request && !limit)) return 'BestEffort';
  return amounts.every(([request, limit]) => limit && request === limit) ? 'Guaranteed' : 'Burstable';
}

/** The oom_score_adj that the kubelet gives a container, from -997 (Guaranteed) to 1000 (BestEffort). */
export function oomScoreAdj(pod: Pod, container: Container, facts: Pick<HostFacts, 'memoryBytes'>): number {
  switch (qosClass(pod)) {
    case 'Guaranteed':
      return -997;
    case 'BestEffort':
      return 1000;
    case 'Burstable': {
      const request = requestsOf(container).memory ?? 0;
      const score = 1000 - Math.floor((1000 * request) / facts.memoryBytes);
      return Math.min(Math.max(score, 3), 999);
    }
  }
}

/** Limits of huge pages as the kernel names their sizes (`2MB`), in bytes. */
export function hugepageLimits(container: Container): readonly { pageSize: string; limit: number }[] {
  return Object.entries(container.resources?.limits ?? {}).flatMap(([resource, amount]) => {
    const [, size] = /^hugepages-([0-9]+[KMG])i$/.exec(resource) ?? [];
    return size === undefined ? [] : [{ pageSize: `${size}B`, limit: bytes(parseQuantity(amount)) }];
  });
}

function toCgroup(
  { requests, limits }: { readonly requests: Amounts; readonly limits: Amounts },
  { cgroup }: Pick<HostFacts, 'cgroup'>,
): CgroupLimits {
  const has = (name: string) => cgroup.controllers.some((controller) => controller.name === name);
  return {
    ...(has('cpu') ? { cpuShares: milliCpuToShares(requests.cpu ?? 0) } : {}),
    ...(has('cpu') && limits.cpu ? { cpuQuota: milliCpuToQuota(limits.cpu), cpuPeriod: CPU_PERIOD } : {}),
    ...(has('memory') && limits.memory ? { memoryLimit: limits.memory } : {}),
  };
}

function limitsOf({ resources }: Container): Amounts {
  return amountsOf(resources?.limits ?? {});
}

function requestsOf({ resources }: Container): Amounts {
  return amountsOf({ ...resources?.limits, ...resources?.requests });
}

function amountsOf(list: Readonly<Record<string, string>>): Amounts {
  const { cpu, memory } = list;
  return {
    cpu: cpu === undefined ? undefined : Number(milliUnits(parseQuantity(cpu))),
    memory: memory === undefined ? undefined : bytes(parseQuantity(memory)),
  };
}

function bytes(quantity: Quantity): number {
  return Number(wholeUnits(quantity));
}

/** `strict` makes a total unknown as soon as one part is. */
type Adding = 'strict' | 'open';

function podTotal(pod: Pod, amounts: (container: Container) => Amounts, adding: Adding): Amounts {
  const inits = pod.spec.initContainers ?? [];
  const sidecars = inits.filter(isSidecar);
  const lasting = [...pod.spec.containers, ...sidecars].map(amounts);
  const moments = inits.map((init, index) => [init, ...inits.slice(0, index).filter(isSidecar)].map(amounts));
  const overhead = amountsOf(pod.spec.overhead ?? {});
  const total = (resource: keyof Amounts): number | undefined => {
    const sums = [lasting, ...moments].map((moment) =>
      sum(
        moment.map((amount) => amount[resource]),
        adding,
      ),
    );
    if (sums.some((one) => one === undefined)) return undefined;
    return Math.max(...sums.map((one) => one ?? 0)) + (overhead[resource] ?? 0);
  };
  return { cpu: total('cpu'), memory: total('memory') };
}

function sum(amounts: readonly (number | undefined)[], adding: Adding): number | undefined {
  if (adding === 'strict' && amounts.some((amount) => !amount)) return undefined;
  return amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0);
}

function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

function everyContainer(pod: Pod): readonly Container[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
}
