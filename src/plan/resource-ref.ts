import type { HostFacts } from '../contracts/host-facts.ts';
import type { Container, Pod } from '../kube/wire.ts';
import { parseQuantity, type Quantity } from '../values/quantity.ts';

/** A `resourceFieldRef` as the API writes it. */
export interface ResourceReference {
  readonly resource: string;
  readonly containerName?: string;
  readonly divisor?: string;
}

export interface ResourceContext {
  readonly pod: Pod;
  readonly container: Container;
  readonly facts: Pick<HostFacts, 'cpus' | 'memoryBytes'>;
}

const REFERENCE = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/;

/**
 * The number that a `resourceFieldRef` stands for: the amount in units of the divisor, rounded up, as the kubelet
 * prints it. A missing limit of CPU or memory is what the host has, a missing request is the limit, else 0.
 * Undefined for a resource that Kubernetes does not offer, or another container that is not there.
 */
export function resourceValue(reference: ResourceReference, context: ResourceContext): string | undefined {
  const { pod, facts } = context;
  const [, list, resource] = REFERENCE.exec(reference.resource) ?? [];
  const container = reference.containerName
    ? [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
        ({ name }) => name === reference.containerName,
      )
    : context.container;
  if (!container || resource === undefined) return undefined;
  const { limits, requests } = container.resources ?? {};
  const amount =
    list === 'limits'
      ? (limits?.[resource] ?? allocatable(resource, facts))
      : (requests?.[resource] ?? limits?.[resource] ?? '0');
  return inUnitsOf(parseQuantity(amount), divisorOf(reference, resource)).toString();
}

function allocatable(resource: string, { cpus, memoryBytes }: ResourceContext['facts']): string {
  if (resource === 'cpu') return String(cpus);
  return resource === 'memory' ? String(memoryBytes) : '0';
}

function divisorOf({ divisor }: ResourceReference, resource: string): Quantity {
  const quantity = parseQuantity(divisor ?? '1');
  const smallest = resource === 'cpu' ? parseQuantity('1m') : parseQuantity('1');
  if (quantity.nano === 0n) return parseQuantity('1');
  return quantity.nano < smallest.nano ? smallest : quantity;
}

function inUnitsOf(amount: Quantity, unit: Quantity): bigint {
  return (amount.nano + unit.nano - 1n) / unit.nano;
}
