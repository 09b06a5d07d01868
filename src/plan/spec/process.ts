import type { ProcessSpec, UserSpec } from '../../oci/runtime-spec.ts';
import { oomScoreAdj } from '../resources.ts';
import { capabilitiesSpec, capabilitySet } from './capabilities.ts';
import type { ContainerSpecRequest } from './request.ts';
import { rlimits } from './rlimits.ts';

const UMASK = 0o022;

export interface PlannedProcess {
  readonly process: ProcessSpec;
  readonly warnings: readonly string[];
}

/** The main process of a container. */
export function process(request: ContainerSpecRequest): PlannedProcess {
  const { container, argv, terminal, facts } = request;
  const { capabilities, warnings } = capabilitySet(container, facts);
  const limits = rlimits(request.ulimits ?? [], facts);
  const oom = oomScore(request);
  return {
    process: {
      ...(terminal ? { terminal } : {}),
      user: user(request),
      args: argv,
      env: withHome(request),
      cwd: workingFolder(request),
      capabilities: capabilitiesSpec(capabilities),
      rlimits: limits.rlimits,
      noNewPrivileges: container.securityContext?.allowPrivilegeEscalation === false,
      oomScoreAdj: oom.score,
      ...(request.apparmor === undefined ? {} : { apparmorProfile: request.apparmor }),
    },
    warnings: [...warnings, ...limits.warnings, ...oom.warnings],
  };
}

/**
 * Who the process is: the resolved user with the pod's supplementalGroups and fsGroup. With supplementalGroupsPolicy
 * Strict the image's own group file adds none. The user's own group is among them: a set-group-id program must not
 * rid itself of a group that files are closed to.
 */
export function user({ pod, user: resolved }: Pick<ContainerSpecRequest, 'pod' | 'user'>): UserSpec {
  const { fsGroup, supplementalGroups = [], supplementalGroupsPolicy } = pod.spec.securityContext ?? {};
  const additionalGids = new Set([
    resolved.gid,
    ...(supplementalGroupsPolicy === 'Strict' ? [] : resolved.additionalGids),
    ...supplementalGroups,
    ...(fsGroup === undefined ? [] : [fsGroup]),
  ]);
  return {
    uid: resolved.uid,
    gid: resolved.gid,
    umask: UMASK,
    additionalGids: [...additionalGids],
  };
}

function withHome({ env, user: { home } }: ContainerSpecRequest): readonly string[] {
  return env.some((variable) => variable.startsWith('HOME=')) ? env : [...env, `HOME=${home || '/'}`];
}

function workingFolder({ container, image }: ContainerSpecRequest): string {
  return container.workingDir || image?.config?.WorkingDir || '/';
}

function oomScore({ pod, container, facts }: ContainerSpecRequest): {
  readonly score: number;
  readonly warnings: readonly string[];
} {
  const wanted = oomScoreAdj(pod, container, facts);
  const score = Math.max(wanted, facts.oomScoreAdjMin);
  return {
    score,
    warnings: score === wanted ? [] : [`this host does not let its oom_score_adj be below ${score}`],
  };
}
