import type { HostFacts } from '../../contracts/host-facts.ts';
import type { Container } from '../../kube/wire.ts';
import type { CapabilitiesSpec } from '../../oci/runtime-spec.ts';
import { isPrivileged } from './privileged.ts';

/** What containers get unless asked otherwise: Podman's set. */
const DEFAULT = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

export interface CapabilitySet {
  /** Such as `CAP_CHOWN`, sorted. */
  readonly capabilities: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * The capabilities of a container, in the order of the CRI runtimes: the default set (all with add ALL, none with
 * drop ALL), plus `add`, less `drop`. All of the host's when privileged, whatever else is asked. What the host
 * itself lacks is left out, with a warning if it was asked for.
 */
export function capabilitySet(container: Container, facts: Pick<HostFacts, 'capabilities'>): CapabilitySet {
  if (isPrivileged(container)) return { capabilities: facts.capabilities.toSorted(), warnings: [] };
  const { add = [], drop = [] } = container.securityContext?.capabilities ?? {};
  const added = add.map(fullName);
  const dropped = new Set(drop.map(fullName));
  const base = dropped.has('ALL') ? [] : added.includes('ALL') ? facts.capabilities : DEFAULT;
  const wanted = [...new Set([...base, ...added])].filter((name) => name !== 'ALL' && !dropped.has(name));
  const lacking = added.filter((name) => name !== 'ALL' && !facts.capabilities.includes(name));
  const prefixed = [...add, ...drop].filter((name) => /^CAP_/i.test(name));
  return {
    capabilities: wanted.filter((name) => facts.capabilities.includes(name)).sort(),
    warnings: [
      ...(lacking.length > 0 ? [`this host does not have ${lacking.join(', ')}`] : []),
      ...(prefixed.length > 0 ? [`Kubernetes writes capabilities without CAP_: ${prefixed.join(', ')}`] : []),
    ],
  };
}

/**
 * The set as the five lists of a process. Nothing is inheritable or ambient, as in Kubernetes: a user other than
 * root gains them only through files that carry capabilities.
 */
export function capabilitiesSpec(capabilities: readonly string[]): CapabilitiesSpec {
  return {
    bounding: capabilities,
    effective: capabilities,
    permitted: capabilities,
    inheritable: [],
    ambient: [],
  };
}

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}
