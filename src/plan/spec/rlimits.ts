import type { HostFacts } from '../../contracts/host-facts.ts';
import type { RlimitSpec } from '../../oci/runtime-spec.ts';
import type { Ulimit } from './request.ts';

/** Podman's own for root. */
const DEFAULT: readonly Ulimit[] = [
  { name: 'nofile', soft: 1_048_576, hard: 1_048_576 },
  { name: 'nproc', soft: 1_048_576, hard: 1_048_576 },
];

export interface Rlimits {
  readonly rlimits: readonly RlimitSpec[];
  readonly warnings: readonly string[];
}

type Limits = Pick<HostFacts, 'rlimits' | 'mayRaiseRlimits'>;

/**
 * The resource limits of a process. Where this host does not let limits be raised they stop at its own; that is
 * worth a warning only where `ulimits` asked for more.
 */
export function rlimits(ulimits: readonly Ulimit[], facts: Limits): Rlimits {
  const asked = new Set(ulimits.map(({ name }) => name));
  const wanted = [...DEFAULT.filter(({ name }) => !asked.has(name)), ...ulimits];
  const cut = ulimits.filter((ulimit) => clamped(ulimit, facts).hard !== ulimit.hard).map(({ name }) => name);
  return {
    rlimits: wanted.map((ulimit) => {
      const { name, soft, hard } = clamped(ulimit, facts);
      return { type: `RLIMIT_${name.toUpperCase()}`, soft: unsigned(soft), hard: unsigned(hard) };
    }),
    warnings: cut.length === 0 ? [] : [`this host's own limits are lower, they hold for: ${cut.join(', ')}`],
  };
}

/** JSON has no exact number for RLIM_INFINITY; this one is as good as unlimited. */
function unsigned(limit: number): number {
  return limit === -1 ? Number.MAX_SAFE_INTEGER : limit;
}

function clamped(ulimit: Ulimit, { rlimits, mayRaiseRlimits }: Limits): Ulimit {
  const own = Object.hasOwn(rlimits, ulimit.name) ? rlimits[ulimit.name as keyof typeof rlimits] : undefined;
  if (mayRaiseRlimits || !own) return ulimit;
  return { name: ulimit.name, soft: lower(ulimit.soft, own.hard), hard: lower(ulimit.hard, own.hard) };
}

function lower(limit: number, ceiling: number): number {
  if (ceiling === -1) return limit;
  return limit === -1 ? ceiling : Math.min(limit, ceiling);
}
